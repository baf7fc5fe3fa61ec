import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import type { CountMember, CountReply } from "@longshore/ftp-server";
import { toLine } from "../../failure.ts";
import type { Log } from "../log.ts";
import { countedBy, type MetricValues } from "../metrics.ts";
import type { Service } from "../services.ts";
import { workerVariable } from "./environment.ts";
import { createMember, type WorkerMember } from "./member.ts";
import type { WorkerSettings } from "./message.ts";

/** Several processes that serve as one; one that ends is replaced. */
export interface Crew {
  /** Answers what all of them listen at, once they do. */
  listen(): Promise<Addresses>;
  /** Rejects where the first of them cannot; nothing has then changed. `then` is called before the others. */
  reload(settings: WorkerSettings, then: () => void): Promise<void>;
  reopen(): void;
  close(drain: number): Promise<void>;
  /** Of those that are there, and what those that are gone had counted. */
  metrics(): Promise<readonly MetricValues[]>;
}

type Addresses = Awaited<ReturnType<Service["listen"]>>;

export interface CrewParts {
  readonly size: number;
  readonly settings: WorkerSettings;
  readonly log: Pick<Log, "note">;
  /** A worker takes part in what is shared. */
  readonly join: (send: (reply: CountReply) => void) => CountMember;
}

/** Milliseconds before one that ended is replaced: more each time, unless it has lasted. */
const [firstWait, longestWait, lasting] = [100, 30_000, 10_000];

/** Milliseconds beyond the drain after which one that does not end is ended. */
const closePatience = 5000;

export function createCrew({ size, settings: first, log, join }: CrewParts): Crew {
  const members = new Set<WorkerMember>();
  /** Those that were told which ports, where the configuration leaves them open. */
  const named = new WeakSet<WorkerMember>();
  /** The last that was told of each, by which what it counted outlives it. */
  const told = new Map<WorkerMember, MetricValues>();
  let gone: MetricValues = [];
  let settings = first;
  let addresses: Addresses | undefined;
  let isClosing = false;
  let failures = 0;
  const timers = new Set<NodeJS.Timeout>();

  cluster.setupPrimary({
    exec: fileURLToPath(new URL("./bin.js", import.meta.url)),
    // Nothing of the command line: passwords may stand there, and settings travel by message.
    args: ["serve"],
    serialization: "advanced",
  });

  /** Rejects where it cannot listen; it has then ended. */
  async function start(): Promise<WorkerMember> {
    const began = performance.now();
    const by = settings;
    // A free port was picked by the first, and whoever else asks for one while anyone has that gets the same. When
    // nobody has it any more it has to be named, and then all who come to join have to name it.
    const serving = [...members].find(({ isServing }) => isServing);
    const isNamed = serving === undefined ? addresses !== undefined : named.has(serving);
    const member = createMember(
      cluster.fork({ [workerVariable]: "1" }),
      isNamed && addresses !== undefined ? withPorts(by, addresses) : by,
      join,
    );
    if (isNamed) named.add(member);
    members.add(member);
    void member.ended.then(async (how) => {
      members.delete(member);
      const last = told.get(member);
      told.delete(member);
      if (last !== undefined) gone = await countedBy([gone, last]);
      if (isClosing || addresses === undefined) return;
      if (performance.now() - began >= lasting) failures = 0;
      const wait = Math.min(longestWait, firstWait * 2 ** failures++);
      log.note("warn", `worker ${member.id} ended with ${how}; another one starts in ${wait} ms`);
      const timer = setTimeout(() => {
        timers.delete(timer);
        start().catch((error) => {
          if (!isClosing) log.note("warn", `a worker cannot serve: ${toLine(error)}`);
        });
      }, wait);
      timers.add(timer);
    });
    try {
      const at = await member.listening;
      if (addresses !== undefined && JSON.stringify(at) !== JSON.stringify(addresses))
        throw new Error("it got another port than the others");
      // There was another configuration while it started.
      if (settings !== by) await member.reload(settings);
      log.note("info", `worker ${member.id} serves, process ${member.pid}`);
      return member;
    } catch (error) {
      member.kill();
      throw error;
    }
  }

  return {
    async listen() {
      const one = await start();
      const at = await one.listening;
      addresses = at;
      try {
        await Promise.all(Array.from({ length: size - 1 }, start));
      } catch (error) {
        addresses = undefined;
        throw error;
      }
      return at;
    },
    async reload(next, then) {
      const [one, ...others] = [...members].filter(({ isServing }) => isServing);
      await one?.reload(next);
      settings = next;
      then();
      await Promise.all(
        others.map((member) =>
          member
            .reload(next)
            .catch((error) =>
              log.note(
                "warn",
                `worker ${member.id} goes on with the configuration of before: ${toLine(error)}`,
              ),
            ),
        ),
      );
    },
    reopen() {
      for (const member of members) member.reopen();
    },
    async close(drain) {
      isClosing = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(
        [...members].map(async (member) => {
          member.close(drain);
          const late = setTimeout(() => member.kill(), Math.min(2 ** 31 - 1, drain + closePatience));
          await member.ended;
          clearTimeout(late);
        }),
      );
    },
    async metrics() {
      await Promise.all(
        [...members].map(async (member) => {
          const values = await member.metrics();
          if (values !== undefined && members.has(member)) told.set(member, values);
        }),
      );
      return [gone, ...told.values()];
    },
  };
}

function withPorts(settings: WorkerSettings, addresses: Addresses): WorkerSettings {
  const { config } = settings;
  const ftp = typeof config.ftp === "object" ? config.ftp : {};
  const port = addresses.find(({ scheme }) => scheme === "ftp")?.port;
  const implicitTlsPort = addresses.find(({ scheme }) => scheme === "ftps")?.port;
  return {
    ...settings,
    config: {
      ...config,
      ftp: {
        ...ftp,
        ...(port === undefined ? {} : { port }),
        ...(implicitTlsPort === undefined ? {} : { implicitTlsPort }),
      },
    },
  };
}
