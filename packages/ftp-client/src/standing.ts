import { receiveFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import { sink } from "./target.ts";
import type { Place } from "./transfer.ts";

/**
 * Whether a file stands under a name: by SIZE, to which most servers answer 550 both for nothing and for a directory; by
 * NLST, where the server has no SIZE.
 */
export async function standingOf(place: Place, path: string): Promise<"file" | "nothing" | "unknown"> {
  try {
    await place.lease.command({ verb: "SIZE", path }, { representation: "image" });
    return "file";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.reply?.code === 550 ? "nothing" : byNames(place, path);
  }
}

async function byNames({ lease, session }: Place, path: string): Promise<"file" | "nothing" | "unknown"> {
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
    return error.reply?.code === 550 || error.reply?.code === 450 ? "nothing" : "unknown";
  }
  return bytes > 0 ? "file" : "nothing";
}

/** Whether the server did not do it, for a reason of its own. */
export function isRefusal(error: unknown): error is FtpError {
  return FtpError.isInstance(error) && error.code === "refused";
}
