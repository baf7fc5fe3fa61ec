import { receiveFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import { sink } from "./target.ts";
import type { Place } from "./transfer.ts";

/**
 * What stands under a name, as far as the server tells. `"taken"`: something, and nobody knows what. `"untold"`: the server
 * knows no command that tells, and renames nothing either. `"unknown"`: it would not say.
 */
export type Standing = "file" | "nothing" | "taken" | "untold" | "unknown";

/**
 * By SIZE, to which most servers answer 550 both for nothing and for a directory; by NLST, where the server has no SIZE; by
 * RNFR, which changes nothing while no RNTO follows, where it has neither.
 */
export async function standingOf(place: Place, path: string): Promise<Standing> {
  try {
    await place.lease.command({ verb: "SIZE", path }, { representation: "image" });
    return "file";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.reply?.code === 550 ? "nothing" : byNames(place, path);
  }
}

async function byNames(place: Place, path: string): Promise<Standing> {
  const { lease, session } = place;
  let bytes = 0;
  const target = sink((chunk) => {
    bytes += chunk.length;
  });
  try {
    await lease.transfer({ type: "transfer", command: { verb: "NLST", path } }, (socket, { signal }) =>
      receiveFile(socket, target, { signal, stallTimeout: session.timeouts.stall }),
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // RFC 959 §5.4 has 450 for it, and most servers 550.
    return error.reply?.code === 550 || error.reply?.code === 450 ? "nothing" : byRename(place, path);
  }
  return bytes > 0 ? "file" : "nothing";
}

async function byRename({ lease }: Place, path: string): Promise<Standing> {
  try {
    await lease.command({ verb: "RNFR", path }, { expect: ["3"] });
    return "taken";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // 550 may be said of whatever the user may not rename (RFC 959 §5.4).
    return error.reply?.code === 500 || error.reply?.code === 502 ? "untold" : "unknown";
  }
}

/** Whether the server did not do it, for a reason of its own. */
export function isRefusal(error: unknown): error is FtpError {
  return FtpError.isInstance(error) && error.code === "refused";
}
