import type { FtpUrl } from "@longshore/ftp-client";
import { type ConnectionFlags, type Remote, withClient, withRemote } from "./connection.ts";
import { CommandFailure, ReaderGone, rootCause } from "./failure.ts";
import { expandRemote, type RemoteEntry } from "./glob-remote.ts";
import { ftpFileOf, ftpPlaceOf, groupsOf, patternOf, serverOf, shownUrl } from "./place.ts";
import { createOutcome, type Outcome } from "./transfer/outcome.ts";

/** Something on a server that the command line names, by itself or by a pattern. */
export interface Found {
  readonly address: string;
  readonly url: FtpUrl;
  /** As the session takes it, without a slash at its end. */
  readonly path: string;
  /** The URL ends in a slash. */
  readonly isDirectory: boolean;
  /** What the listing told of it, where a pattern found it. */
  readonly entry?: RemoteEntry;
}

export interface FoundOptions {
  /** What TFTP cannot do, for the message. */
  readonly doing: string;
  /** The root will do as well. */
  readonly root?: boolean;
  /** Several sessions are worth it. */
  readonly several?: boolean;
}

/** Does something with each thing on servers that the URLs name. One that fails does not end the rest. */
export async function eachFound(
  addresses: readonly string[],
  flags: ConnectionFlags & { readonly glob?: boolean },
  { doing, root = false, several = false }: FoundOptions,
  work: (remote: Remote, found: Found, signal: AbortSignal, outcome: Outcome) => Promise<void>,
): Promise<void> {
  const asked = addresses.map((address) => ({
    address,
    url: root ? ftpPlaceOf(address, doing) : ftpFileOf(address, doing),
    isDirectory: ftpPlaceOf(address, doing).path.endsWith("/"),
    pattern: flags.glob === false ? undefined : patternOf(address),
  }));
  const outcome = createOutcome();
  for (const group of groupsOf(asked, ({ address }) => serverOf(address))) {
    const [first] = group;
    if (first === undefined) continue;
    const use = async (remote: Remote, signal: AbortSignal): Promise<void> => {
      for (const { pattern, ...one } of group) {
        const found: Found[] = [];
        if (pattern === undefined) found.push({ ...one, path: remote.pathOf(one.url.path) });
        else {
          const matches = await expandRemote(remote.ftp, remote.patternOf(pattern), {
            signal,
            onFailure: outcome.fail,
            onSkipped: outcome.leaveOut,
          }).catch((error: unknown) => {
            if (signal.aborted || asked.length === 1) throw error;
            outcome.count();
            outcome.fail(shownUrl(one.address), error);
          });
          if (matches?.length === 0) {
            outcome.count();
            outcome.fail(
              shownUrl(one.address),
              new CommandFailure(1, `nothing there fits ${shownUrl(one.address)}`),
            );
          }
          for (const { path, entry } of matches ?? [])
            found.push({ ...one, path, ...(entry === undefined ? {} : { entry }) });
        }
        for (const each of found) {
          outcome.count();
          try {
            await work(remote, each, signal, outcome);
          } catch (error) {
            if (signal.aborted || rootCause(error) instanceof ReaderGone) throw error;
            outcome.fail(each.path, error);
          }
        }
      }
    };
    if (several) await withRemote(first.url, flags, use);
    else
      await withClient(first.url, flags, (ftp, signal) =>
        use({ ftp, parallel: 1, pathOf: same, patternOf: same }, signal),
      );
  }
  outcome.end();
}

const same = (path: string): string => path;
