import type { FtpCommand } from "@longshore/ftp-command";
import { parsePathReply } from "@longshore/ftp-reply";
import { FtpError } from "@longshore/ftp-session/client";
import type { Lease } from "./lease.ts";

export async function makeDirectory(lease: Lease, path: string): Promise<void> {
  await lease.command({ verb: "MKD", path });
}

/** The whole at first, because mostly just the last one is missing; else from the top down. */
export async function makeDirectories(lease: Lease, path: string): Promise<void> {
  if (await tryCommand(lease, { verb: "MKD", path })) return;
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  let directory = path.startsWith("/") ? "" : undefined;
  for (const [index, segment] of segments.entries()) {
    directory = directory === undefined ? segment : `${directory}/${segment}`;
    if (index < segments.length - 1) await tryCommand(lease, { verb: "MKD", path: directory });
    // The last one's refusal counts, unless the directory is there.
    else if (!(await isDirectory(lease, directory))) await makeDirectory(lease, directory);
  }
}

/** Goes there and back: the one way that every server knows. */
async function isDirectory(lease: Lease, path: string): Promise<boolean> {
  const before = parsePathReply(await lease.command({ verb: "PWD" }));
  if (before === undefined || !(await tryCommand(lease, { verb: "CWD", path }))) return false;
  await lease.command({ verb: "CWD", path: before });
  return true;
}

/** Whether the server did it; any other failure than a refusal is thrown. */
export async function tryCommand(lease: Lease, command: FtpCommand): Promise<boolean> {
  try {
    await lease.command(command);
    return true;
  } catch (error) {
    if (FtpError.isInstance(error) && error.code === "refused") return false;
    throw error;
  }
}
