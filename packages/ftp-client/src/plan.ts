import { FtpError, type FtpErrorCode } from "@longshore/ftp-session/client";
import { createConnectionMemory } from "./memory.ts";
import type { FtpClientOptions } from "./options.ts";
import { openSession, type Session } from "./session.ts";

/** One way to a server: what differs from the options beside it. */
export type ConnectionPlan = Partial<
  Pick<
    FtpClientOptions,
    "port" | "tls" | "proxy" | "dial" | "dataModes" | "passiveHost" | "active" | "localAddress"
  >
>;

/**
 * Opens a session by the first plan that leads to one, beginning with the one that did last time. A plan is passed
 * over when it does not come to a greeting, with TLS where it says so; what follows (the login) is the same by all of
 * them.
 */
export async function openPlanned(options: FtpClientOptions): Promise<{ session: Session; plan: number }> {
  const { plans = [{}], memory = createConnectionMemory(), host, signal } = options;
  if (plans.length === 0) throw new FtpError("bad-argument", "`plans` is empty: there is no way to connect");
  const failures: FtpError[] = [];
  for (const plan of ordered(plans.length, memory.planOf(host))) {
    try {
      const demotedModes = memory.demotedModes(host, plan);
      const session = await openSession({ ...options, ...plans[plan] }, demotedModes);
      memory.keepPlan(host, plan);
      return { session, plan };
    } catch (error) {
      const failure = toFtpError(error);
      if (hopeless.has(failure.code) || signal?.aborted) throw failure;
      failures.push(failure);
    }
  }
  throw summary(failures);
}

function ordered(count: number, first: number | undefined): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (first === undefined || first >= count) return all;
  return [first, ...all.filter((index) => index !== first)];
}

/** By no other plan it would be better. */
const hopeless: ReadonlySet<FtpErrorCode> = new Set<FtpErrorCode>(["bad-argument", "aborted", "closed"]);

/** What Node throws at once is about an option: a port, a certificate. */
function toFtpError(error: unknown): FtpError {
  return FtpError.isInstance(error) ? error : new FtpError("bad-argument", String(error), { cause: error });
}

function summary(failures: readonly FtpError[]): FtpError {
  const last = failures.at(-1) ?? new FtpError("connect-failed", "no plan was tried");
  if (failures.length < 2) return last;
  const reasons = failures.map(({ code, reason }) => `${code}: ${reason}`).join("; ");
  return new FtpError(last.code, `none of ${failures.length} plans led to a session (${reasons})`, {
    ...(last.phase === undefined ? {} : { phase: last.phase }),
    ...(last.reply === undefined ? {} : { reply: last.reply }),
    retryable: failures.some(({ retryable }) => retryable),
    cause: new AggregateError(failures),
  });
}
