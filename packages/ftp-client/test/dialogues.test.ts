// What servers say in the scripted tests of other clients, and in the field, played to this one.
import { FtpClient, FtpError } from "@longshore/ftp-client";
import { describe, expect, it } from "vitest";
import { type DialogueCall, dialogues, play, serveByTable, tableServers } from "./dialogue.ts";
import { type Peer, startScripted } from "./scripted-server.ts";

describe("a dialogue", () => {
  it.each(dialogues)("$name ($source)", async (dialogue) => {
    let isHeld = false;
    const script = async (peer: Peer): Promise<void> => {
      await play(peer, dialogue);
      isHeld = true;
    };
    await answer(script, { negotiate: false, ...dialogue.options }, dialogue.calls);
    expect(isHeld, "the client left before the end").toBe(true);
  });
});

describe("a server with one answer for each verb", () => {
  it.each(tableServers)("$name ($source)", async (table) => {
    const script = (peer: Peer): Promise<void> => serveByTable(peer, table);
    const lines = await answer(script, table.options ?? {}, table.calls);
    expect(lines).toEqual(expect.arrayContaining([...(table.came ?? [])]));
  });
});

/** Makes the calls one after the other; tells what the server heard. */
async function answer(
  script: (peer: Peer) => Promise<void>,
  options: object,
  calls: readonly DialogueCall[],
): Promise<readonly string[]> {
  const server = await startScripted(script);
  const address = { host: "127.0.0.1", port: server.port };
  const connecting = FtpClient.connect({ ...address, user: "ann", password: "wonderland", ...options });
  try {
    const [first] = calls;
    if (first?.call === "connect") await check(connecting, first);
    else for (const each of calls) await check(make(await connecting, each), each);
  } finally {
    connecting.then(
      (client) => client.destroy(),
      () => {},
    );
    // What went wrong in the script says more than what came of it here.
    await server.close();
  }
  return server.lines;
}

async function check(work: Promise<unknown>, { gives, fails }: DialogueCall): Promise<void> {
  if (fails === undefined) {
    const value = await work;
    if (gives !== undefined) expect(plain(value)).toEqual(matching(gives));
    return;
  }
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!FtpError.isInstance(error)) throw new Error(`no FtpError but ${String(error)}`);
  expect(error).toMatchObject(fails);
}

/** What a call gives, as JSON can say it. */
async function make(client: FtpClient, { call, with: given = [] }: DialogueCall): Promise<unknown> {
  const [first, second] = given;
  const path = typeof first === "string" ? first : "";
  switch (call) {
    case "download": {
      const chunks: Uint8Array[] = [];
      const report = await client.download(path, (chunk) => void chunks.push(chunk), second ?? {});
      return { ...report, text: Buffer.concat(chunks).toString("latin1") };
    }
    case "read": {
      const chunks: Uint8Array[] = [];
      for await (const chunk of client.read(path, second ?? {})) chunks.push(chunk);
      return Buffer.concat(chunks).toString("latin1");
    }
    case "upload":
      return client.upload(Buffer.from(String(second), "latin1"), path, given[2] ?? {});
    case "list": {
      const listing = client.list(path, second ?? {});
      const names = (await listing.toArray()).map(({ name }) => name);
      return { names, unparsed: listing.unparsed.map(({ raw }) => raw) };
    }
    case "names": {
      const names: string[] = [];
      for await (const name of client.listNames(path)) names.push(name);
      return names;
    }
    case "features":
      return [...(await client.features())];
    case "closed":
      return { isClosed: client.isClosed, code: client.closeReason?.code };
    default: {
      const method: unknown = Reflect.get(client, call);
      if (typeof method !== "function") throw new Error(`the client has no ${call}`);
      return Reflect.apply(method, client, given);
    }
  }
}

/** Objects of the file name what has to be there, not all of it. */
function matching(gives: unknown): unknown {
  return typeof gives === "object" && gives !== null && !Array.isArray(gives)
    ? expect.objectContaining(gives)
    : gives;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
