// `longshore serve --workers 2` as its users run it: several processes behind one port, whose limits hold together.
import { once } from "node:events";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./peers/process.ts";
import { type Control, openControl } from "./support/control.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshoreCommand, type Served, serveWith } from "./support/longshore.ts";

const most = 20;
let folder: string;
let files: string;
let served: Served;
let config: Record<string, unknown>;
let metricsPort: number;
let passive: readonly [number, number];
const controls: Control[] = [];

beforeAll(async () => {
  folder = await newFolder();
  files = join(folder, "files");
  await mkdir(join(files, "ada"), { recursive: true });
  await makeFile(join(files, "big"), 30_000_000);
  metricsPort = await freePort();
  const first = 20_000 + Math.floor(Math.random() * 10_000);
  passive = [first, first + 3];
  config = {
    root: files,
    workers: 2,
    users: [
      { name: "ada", password: "secret", permission: "rw", root: "/ada", quota: { bytes: 20_000_000 } },
      { name: "tester", password: "secret", permission: "rw" },
    ],
    ftp: {
      port: 0,
      passive: { ports: passive },
      limits: { sessions: most, failureDelay: 0 },
      ban: { failures: 6, allow: [] },
    },
    tftp: { port: 0 },
    log: { form: "json", level: "info" },
    xferlog: "xferlog",
    metrics: { port: metricsPort },
  };
  await writeConfig(config);
  served = await serveWith(longshoreCommand, ["--config", join(folder, "longshore.json")]);
}, 60_000);

afterEach(async () => {
  for (const control of controls.splice(0)) control.close();
  if (served.process.exitCode === null) await sessionsAre(0);
});

afterAll(async () => {
  await served.stop();
  await removeFolders();
});

const writeConfig = (value: object): Promise<void> =>
  writeFile(join(folder, "longshore.json"), JSON.stringify(value));

async function open(localAddress?: string): Promise<Control> {
  const control = await openControl(served.ports.ftp ?? 0, "127.0.0.1", localAddress);
  controls.push(control);
  return control;
}

async function logIn(user = "tester"): Promise<Control> {
  const control = await open();
  await control.login(user);
  return control;
}

interface Line {
  readonly event: string;
  readonly worker?: number;
  readonly message?: string;
  readonly session?: { readonly remote: { readonly port: number } };
}

const log = (): readonly Line[] =>
  served
    .log()
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });

/** Which worker has this session. */
const workerOf = ({ socket }: Control): number | undefined =>
  log().find(({ event, session }) => event === "connect" && session?.remote.port === socket.localPort)
    ?.worker;

/** Workers and their processes, as far as they were told. */
const processes = (): ReadonlyMap<number, number> =>
  new Map(
    [...served.log().matchAll(/worker (\d+) serves, process (\d+)/g)].map(([, worker, pid]) => [
      Number(worker),
      Number(pid),
    ]),
  );

/** A session in each of two workers. */
async function twoSessions(user?: string): Promise<readonly [Control, Control]> {
  const first = await logIn(user);
  for (let attempt = 0; attempt < 10; attempt++) {
    const second = await logIn(user);
    await until(() => workerOf(first) !== undefined && workerOf(second) !== undefined);
    if (workerOf(first) !== workerOf(second)) return [first, second];
  }
  throw new Error(`all sessions came to worker ${workerOf(first)}`);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`it did not come to that: ${condition}\n${served.log()}`);
    await delay(20);
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
}

const sessionsAre = (count: number): Promise<void> =>
  until(async () => (await metric('longshore_sessions{protocol="ftp"}')) === count);

describe("several workers behind one port", () => {
  it("all serve, and TFTP is one process's, which says so", async () => {
    const [one, two] = await twoSessions();
    expect(await one.code("SIZE big")).toBe(213);
    expect(await two.code("SIZE big")).toBe(213);
    expect(processes().size).toBe(2);
    expect(served.ports.tftp).toBeGreaterThan(0);
    expect(served.log()).toContain("TFTP is served by the first process alone");
  });

  it("the limit on sessions holds exactly with 30 clients racing", async () => {
    const greetings = await Promise.all(
      Array.from({ length: 30 }, async () => (await (await open()).reply()).slice(0, 3)),
    );
    expect(greetings.filter((code) => code === "220")).toHaveLength(most);
    expect(greetings.filter((code) => code === "421")).toHaveLength(30 - most);
  });

  it("a ban that failures in all of them have led to holds in all of them", async () => {
    const guesser = "127.0.0.7";
    const [one, two] = [await open(guesser), await open(guesser)];
    await Promise.all([one.reply(), two.reply()]);
    for (const control of [one, two, one, two, one]) {
      await control.command("USER ada");
      expect(await control.code("PASS wrong")).toBe(530);
    }
    await two.command("USER ada");
    await two.command("PASS wrong");
    for (let attempt = 0; attempt < 4; attempt++) expect(await (await open(guesser)).reply()).toMatch(/^421/);
    // The right password does not help who is still there, either.
    await one.command("USER ada");
    expect(await one.code("PASS secret").catch(() => 421)).not.toBe(230);
    await until(() => log().some(({ event }) => event === "ban"));
    expect(log().filter(({ event }) => event === "ban")).toHaveLength(1);
    expect(
      new Set(log().flatMap(({ event, worker }) => (event === "login-refused" ? [worker] : []))).size,
    ).toBe(2);
    expect(await (await open()).reply()).toMatch(/^220/);
  });

  it("a quota holds over two simultaneous uploads in different workers, to the byte", async () => {
    const [one, two] = await twoSessions("ada");
    const part = Buffer.alloc(4_000_000, "x");
    const uploads = [];
    for (const [control, name] of [
      [one, "one"],
      [two, "two"],
    ] as const) {
      const data = await control.passive();
      expect(await control.code(`STOR ${name}`)).toBe(150);
      uploads.push({ control, data });
    }
    const [first, second] = uploads;
    if (first === undefined || second === undefined) throw new Error("there are two");
    for (const { data } of [first, second, first, second])
      await new Promise((resolve) => data.write(part, resolve));
    first.data.end(part);
    expect(await first.control.reply()).toMatch(/^226/);
    // 12 of 20 stand and 8 are under way: not one byte more.
    second.data.end("x");
    expect(await second.control.reply()).toMatch(/^552/);
    const rest = await second.control.passive();
    expect(await second.control.code("STOR rest")).toBe(150);
    rest.end(Buffer.alloc(8_000_000, "y"));
    expect(await second.control.reply()).toMatch(/^226/);
    expect((await stat(join(files, "ada/one"))).size + (await stat(join(files, "ada/rest"))).size).toBe(
      20_000_000,
    );
  });

  it("few passive ports are shared without collisions", async () => {
    const [one, two] = await twoSessions();
    const [three, four, five] = [await logIn(), await logIn(), await logIn()];
    const replies = await Promise.all([one, two, three, four].map((control) => control.command("EPSV")));
    const ports = replies.map((reply) => Number(/\|(\d+)\|\)/.exec(reply)?.[1]));
    expect([...ports].sort()).toEqual([0, 1, 2, 3].map((index) => passive[0] + index));
    expect(await five.code("EPSV")).toBe(425);
    await one.command("QUIT");
    await until(async () => (await five.code("EPSV")) === 229);
  });

  it("metrics of all come from one port, and lines of all are whole in one xferlog", async () => {
    const before = await metric('longshore_transfers_total{protocol="ftp",direction="out",result="done"}');
    const [one, two] = await twoSessions();
    const sessions = controls.length;
    await sessionsAre(sessions);
    for (const control of [one, two]) expect((await download(control)).length).toBe(30_000_000);
    expect(await metric('longshore_transfers_total{protocol="ftp",direction="out",result="done"}')).toBe(
      (Number.isNaN(before) ? 0 : before) + 2,
    );
    const lines = (await readFile(join(folder, "xferlog"), "utf8")).trimEnd().split("\n");
    expect(lines.filter((line) => / 30000000 \/big b _ o r tester ftp 0 \* c$/.test(line))).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^\w{3} \w{3} .* [ci]$/);
  });

  it("one that is killed is replaced, what it held comes back, and transfers of the others go on", async () => {
    const [one, two] = await twoSessions();
    const data = await one.passive();
    data.pause();
    expect(await one.code("RETR big")).toBe(150);
    const killed = workerOf(two) ?? 0;
    const known = processes().size;
    const gone = once(two.socket, "close");
    process.kill(processes().get(killed) ?? 0, "SIGKILL");
    await gone;
    let bytes = 0;
    data.on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
    });
    data.resume();
    await once(data, "end");
    expect(bytes).toBe(30_000_000);
    expect(await one.reply()).toMatch(/^226/);
    await until(() => processes().size === known + 1);
    await until(async () => {
      const control = await logIn();
      await until(() => workerOf(control) !== undefined);
      const isNew = workerOf(control) === [...processes().keys()].at(-1);
      control.close();
      return isNew;
    });
    expect(served.log()).toContain(`worker ${killed} ended with SIGKILL`);
    for (const control of controls.splice(0)) control.close();
    await sessionsAre(0);
    const greetings = await Promise.all(
      Array.from({ length: most + 2 }, async () => (await (await open()).reply()).slice(0, 3)),
    );
    expect(greetings.filter((code) => code === "220")).toHaveLength(most);
  });

  it("when all are killed at once, others serve at the same port", async () => {
    const known = processes();
    for (const control of await twoSessions())
      process.kill(known.get(workerOf(control) ?? 0) ?? 0, "SIGKILL");
    for (const control of controls.splice(0)) await control.rest();
    const isNew = (worker: number | undefined): boolean => worker !== undefined && !known.has(worker);
    await until(() => [...processes().keys()].filter(isNew).length === 2);
    const [one, two] = await twoSessions();
    for (const control of [one, two]) expect(isNew(workerOf(control))).toBe(true);
  });

  it("SIGHUP puts another configuration in force in all of them, or none where it is wrong", async () => {
    const [one, two] = await twoSessions();
    const readAgain = (): number =>
      log().filter(({ message }) => message === "configuration read again").length;
    const before = readAgain();
    const ftp = config.ftp as object;
    await writeConfig({ ...config, ftp: { ...ftp, greeting: ["changed"], limits: { sessions: 7 } } });
    served.process.kill("SIGHUP");
    await until(() => readAgain() === before + 1);
    for (const control of [one, two]) expect(await control.code("NOOP")).toBe(200);
    for (const control of controls.splice(0)) control.close();
    await sessionsAre(0);
    const greetings = await Promise.all(Array.from({ length: 10 }, async () => (await open()).reply()));
    expect(greetings.filter((text) => text === "220 changed")).toHaveLength(7);
    expect(greetings.filter((text) => text.startsWith("421"))).toHaveLength(3);
    await writeConfig({ ...config, ftp: { ...ftp, greting: [] } });
    served.process.kill("SIGHUP");
    await until(() => served.log().includes("nothing has changed, the configuration cannot be used"));
    for (const control of controls.splice(0)) control.close();
    await sessionsAre(0);
    expect(await (await open()).reply()).toBe("220 changed");
  });

  it("SIGTERM lets transfers of all of them end, and then it is over", async () => {
    const [one, two] = await twoSessions();
    const transfers = [];
    for (const control of [one, two]) {
      const data = await control.passive();
      data.pause();
      expect(await control.code("RETR big")).toBe(150);
      transfers.push({ control, data });
    }
    const idle = await open();
    expect(await idle.reply()).toMatch(/^220/);
    const ended = once(served.process, "exit");
    served.process.kill("SIGTERM");
    expect(await idle.reply()).toMatch(/^421/);
    for (const { control, data } of transfers) {
      let bytes = 0;
      data.on("data", (chunk: Uint8Array) => {
        bytes += chunk.length;
      });
      data.resume();
      await once(data, "end");
      expect(bytes).toBe(30_000_000);
      expect(await control.reply()).toMatch(/^226/);
    }
    expect(await ended).toEqual([0, null]);
    expect(await sha256(join(files, "big"))).toHaveLength(64);
  });
});

async function download(control: Control): Promise<Buffer> {
  const data = await control.passive();
  const chunks: Buffer[] = [];
  data.on("data", (chunk: Buffer) => chunks.push(chunk));
  expect(await control.code("RETR big")).toBe(150);
  if (!data.readableEnded) await once(data, "end");
  expect(await control.reply()).toMatch(/^226/);
  return Buffer.concat(chunks);
}
