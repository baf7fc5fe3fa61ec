import type { FtpReply } from "@longshore/ftp-reply";

/**
 * How far a server is known to take commands one after the other that came together. `between`: while no transfer is under
 * way. `during`: also behind a transfer command, when that is through. RFC 959 §5 has a command wait for the reply to the one before,
 * and servers there are that throw away what they did not wait for, or take it for an ABOR.
 */
export type Pipelining = "none" | "between" | "during";

/** By the greeting, in which these name themselves. */
export function pipeliningOf({ lines }: FtpReply): Pipelining {
  const greeting = lines.join("\n");
  return known.find(([name]) => name.test(greeting))?.[1] ?? "none";
}

const known: readonly (readonly [RegExp, Pipelining])[] = [
  // Reads lines from a buffer of its own, and the next only when a transfer is over.
  [/\(vsFTPd \d/, "during"],
  // Answers 450 to what comes during a transfer.
  [/^ProFTPD /m, "between"],
  [/Welcome to Pure-FTPd/, "between"],
  [/^pyftpdlib /m, "between"],
];
