import { readFileSync } from "node:fs";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Control, openControl } from "./control.ts";

/** A conversation with an FTP server; its language stands in `vectors/server-dialogue.json`. */
export interface Dialogue {
  readonly name: string;
  readonly source: string;
  readonly login: boolean;
  readonly lines: readonly string[];
}

export const dialogues: readonly Dialogue[] = (
  JSON.parse(readFileSync(new URL("../../vectors/server-dialogue.json", import.meta.url), "utf8")) as {
    readonly dialogues: readonly Dialogue[];
  }
).dialogues;

/** Puts what the dialogues speak of into a server's root. */
export async function makeDialogueFiles(root: string): Promise<void> {
  await mkdir(join(root, "dir"));
  await mkdir(join(root, "empty"));
  await writeFile(join(root, "hello.txt"), "hello\n");
  await writeFile(join(root, "dir/inner.txt"), "inner\n");
  await writeFile(join(root, "large.bin"), "");
  await truncate(join(root, "large.bin"), 20_000_000);
}

/** Holds the dialogue until the server says something else; answers what that was. `as`: who logs in, and where to. */
export async function hold(
  dialogue: Dialogue,
  port: number,
  as: { readonly user: string; readonly password: string; readonly path: string } = {
    user: "tester",
    password: "secret",
    path: "",
  },
): Promise<readonly string[]> {
  const differences: string[] = [];
  const control = await openControl(port);
  let data: Socket | undefined;
  let asked = "";
  const expect = async (expected: string, isThere = true): Promise<void> => {
    const [, codes = "", pattern] = /^([\d|]+)(?: \/(.*)\/(?:i?))?$/.exec(expected) ?? [];
    const reply = decode(await (isThere ? control.reply() : Promise.race([control.reply(), delay(300, "")])));
    if (reply === "") return;
    const isCode = codes.split("|").some((code) => reply.startsWith(code));
    const fits = pattern === undefined || new RegExp(pattern, expected.endsWith("i") ? "i" : "").test(reply);
    if (!isCode || !fits) differences.push(`${asked}: ${JSON.stringify(reply)} instead of ${expected}`);
  };
  try {
    if (dialogue.login) await control.login(as.user, as.password);
    if (as.path !== "") await control.command(`CWD ${as.path}`);
    for (const line of dialogue.lines) {
      if (differences.length > 0) break;
      const text = line.slice(3);
      switch (line.slice(0, 2)) {
        case "C:":
          asked = JSON.stringify(text);
          control.write(`${text}\r\n`);
          break;
        case "S:":
          await expect(text);
          break;
        case "C?":
          data?.destroy();
          await expect(text, false);
          break;
        case "P:":
          data?.destroy();
          data = await openData(control);
          break;
        case "D>":
          data?.end(text);
          break;
        case "D<":
          await expectData(text);
          break;
        default:
          throw new Error(`no such line in a dialogue: ${line}`);
      }
    }
  } catch (error) {
    differences.push(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    data?.destroy();
    control.close();
  }
  return differences;

  async function expectData(expected: string): Promise<void> {
    const got = await readAll(data);
    const [, pattern = "", flags] = /^\/(.*)\/(\w*)$/.exec(expected) ?? [];
    if (!new RegExp(pattern, flags).test(got))
      differences.push(`${asked}: ${JSON.stringify(got.slice(0, 300))} instead of ${expected}`);
  }
}

async function openData(control: Control): Promise<Socket> {
  const reply = await control.command("PASV");
  const [high, low] = (/(\d+),(\d+)\)?\.?$/.exec(reply) ?? []).slice(1).map(Number);
  if (high === undefined || low === undefined) throw new Error(`no passive port: ${reply}`);
  const socket = connect(high * 256 + low, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", resolve);
  });
  return socket;
}

async function readAll(socket: Socket | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  if (socket === undefined) return "";
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!socket.destroyed && !socket.readableEnded)
    await new Promise((resolve) => {
      socket.once("end", resolve);
      socket.once("close", resolve);
    });
  return Buffer.concat(chunks).toString();
}

/** Controls give bytes as letters of Latin-1. */
const decode = (text: string): string => Buffer.from(text, "latin1").toString();
