import { FtpClient, type FtpClientOptions, FtpError, type FtpUrl } from "@longshore/ftp-client";
import { createSecret } from "@longshore/ftp-command";
import { optionsOf } from "../connection.ts";
import { toLine } from "../failure.ts";
import { interruption } from "../interrupt.ts";
import type { Remote, Shell } from "./shell.ts";

/**
 * Leaves the server that is open, and connects to another: asks for what the URL does not say, and goes to its path.
 * There is one way to log in, so that a new user is a new connection.
 */
export async function openRemote(
  shell: Shell,
  url: FtpUrl,
  signal: AbortSignal,
  account?: string,
): Promise<void> {
  await closeRemote(shell);
  shell.place = { ...url, password: undefined };
  const { netrc } = shell.flags;
  const user = url.user ?? (netrc === undefined ? await askUser(shell, url) : undefined);
  shell.editor?.release();
  const options: FtpClientOptions = {
    ...(await optionsOf(user === undefined ? url : { ...url, user }, shell.flags)),
    ...(account === undefined ? {} : { account: createSecret(account) }),
  };
  shell.remote = await connect(shell, options, signal);
  await learnDirectory(shell, signal);
  shell.remote.home = shell.remote.directory;
  if (url.path === "") return;
  await shell.remote.client.cd(url.path, { signal });
  await learnDirectory(shell, signal);
}

/** QUIT, if there is somebody to say it to. */
export async function closeRemote(shell: Shell): Promise<void> {
  const { remote } = shell;
  shell.remote = undefined;
  await remote?.client.close();
}

/** Connects and logs in as before, and goes where the session was. */
export async function reconnect(shell: Shell, lost: Remote, signal: AbortSignal): Promise<void> {
  const { closeReason } = lost.client;
  const why = closeReason === undefined ? "the session was closed" : toLine(closeReason.reason);
  shell.tell(`${why}; connecting again`);
  const { directory, home } = lost;
  shell.remote = { ...(await connect(shell, lost.options, signal)), home };
  if (directory === undefined) return;
  try {
    await shell.remote.client.cd(directory, { signal });
    shell.remote.directory = directory;
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
    await learnDirectory(shell, signal);
    // What was typed was meant for another place.
    throw error;
  }
}

/** Asks where the session is now. */
export async function learnDirectory({ remote }: Shell, signal: AbortSignal): Promise<void> {
  if (remote === undefined) return;
  try {
    remote.directory = await remote.client.pwd({ signal });
  } catch (error) {
    // Some servers have no PWD; whatever else happened, the next command will tell.
    if (signal.aborted) throw error;
    remote.directory = undefined;
  }
}

async function connect(shell: Shell, options: FtpClientOptions, signal: AbortSignal): Promise<Remote> {
  const client = await FtpClient.connect({ ...options, signal, onTrace: shell.trace.see });
  client.setDataModes(shell.settings.passive ? "passive" : "active");
  return { client, options, directory: undefined, home: undefined, before: undefined };
}

/** As ftp(1) does; Enter is anonymous. */
async function askUser(shell: Shell, { host }: FtpUrl): Promise<string | undefined> {
  if (shell.editor === undefined) return undefined;
  const answer = await shell.editor.ask(`Name at ${host} (anonymous): `);
  if (answer === undefined) throw interruption();
  return answer.trim() === "" ? undefined : answer.trim();
}
