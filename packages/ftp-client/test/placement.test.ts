import { readFile } from "node:fs/promises";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer } from "@longshore/ftp-server";
import { beforeEach, describe, expect, it } from "vitest";
import { type Peer, received } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
const fixture = (name: string): Promise<string> =>
  readFile(new URL(`./fixtures/${name}.pem`, import.meta.url), "utf8");
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });
const text = Buffer.from("what is to be there, and whole");

/** What a server is, that does not do everything. */
interface Nature {
  readonly files?: Readonly<Record<string, string>>;
  /** Answers in place of doing it: to each command whose line fits. */
  readonly refuses?: readonly (readonly [line: RegExp, reply: string, times?: number])[];
  readonly renamesOver?: boolean;
}

/** The files of the server that was started last. */
let files = new Map<string, string>();
beforeEach(() => {
  files = new Map();
});

/** A server that writes in place, by its nature. */
function serving({ files: given = {}, refuses = [], renamesOver = true }: Nature) {
  return async (peer: Peer): Promise<void> => {
    files = new Map(Object.entries(given));
    const left = refuses.map(([pattern, reply, times = Number.POSITIVE_INFINITY]) => ({
      ...{ pattern, reply, times },
    }));
    let from = "";
    let data: Awaited<ReturnType<Peer["open"]>> | undefined;
    for (;;) {
      const line = await peer.line();
      const refusal = left.find(({ pattern, times }) => times > 0 && pattern.test(line));
      if (refusal !== undefined) {
        refusal.times--;
        await peer.send(`${refusal.reply}\r\n`);
        continue;
      }
      const [verb = ""] = line.split(" ", 1);
      const path = line.slice(verb.length + 1);
      const stands = files.has(path);
      const answer = async (text: string): Promise<void> => peer.send(`${text}\r\n`);
      if (verb === "TYPE") await answer("200 Ok.");
      else if (verb === "EPSV") {
        data = await peer.open();
        await answer(`229 Extended (|||${data.port}|)`);
      } else if (verb === "STOR" || verb === "APPE") {
        await answer("150 Go.");
        const came = data === undefined ? "" : (await received(await data.socket)).toString();
        files.set(path, (verb === "APPE" ? (files.get(path) ?? "") : "") + came);
        await answer("226 Done.");
      } else if (verb === "NLST") {
        await answer("150 Here.");
        (await data?.socket)?.end(stands ? `${path}\r\n` : "");
        await answer("226 Done.");
      } else if (verb === "SIZE")
        await answer(stands ? `213 ${files.get(path)?.length}` : "550 No such file.");
      else if (verb === "DELE") await answer(files.delete(path) ? "250 Gone." : "550 No such file.");
      else if (verb === "RNFR") {
        from = path;
        await answer(stands ? "350 Go on." : "550 No such file.");
      } else if (verb === "RNTO") {
        const isRefused = stands && !renamesOver;
        if (!isRefused) {
          files.set(path, files.get(from) ?? "");
          files.delete(from);
        }
        await answer(isRefused ? "553 File exists." : "250 Done.");
      } else await answer("502 What?");
    }
  };
}

const connect = (nature: Nature, features: readonly string[] = []): Promise<FtpClient> =>
  stage.connect(serving(nature), {}, features);
const standing = (): Record<string, string> => Object.fromEntries(files);
const part = "dir/f.longshore-part";

describe("an upload", () => {
  it("goes up beside the old file, is proven there and renamed over it", async () => {
    const ftp = await connect({ files: { "dir/f": "old" } });
    const report = await ftp.upload(text, "dir/f");
    expect(report).toMatchObject({ placement: "whole", verified: "size" });
    expect(standing()).toEqual({ "dir/f": String(text) });
    expect(stage.server.lines.slice(-4)).toEqual([
      `STOR ${part}`,
      `SIZE ${part}`,
      `RNFR ${part}`,
      "RNTO dir/f",
    ]);
  });

  it("goes up beside it in clear also where the server writes aside: a cut looks like an end", async () => {
    const ftp = await connect({}, ["STOR ATOMIC"]);
    expect(await ftp.upload(text, "dir/f")).toMatchObject({ placement: "whole" });
    expect(stage.server.lines).toContain(`STOR ${part}`);
  });

  it.each([
    ["private", ["STOR f"]],
    ["clear", ["OPTS ALLO EXACT", `ALLO ${text.length}`, "STOR f"]],
  ] as const)(
    "goes straight to its name over TLS where the server writes aside, in clear by its size: data %s",
    async (dataProtection, lines) => {
      const [cert, key] = await Promise.all([fixture("cert"), fixture("key")]);
      const store = createMemoryStore({});
      const server = createFtpServer({ store, authenticators: [letIn], tls: { cert, key } });
      try {
        const { port } = await server.listen();
        const seen: string[] = [];
        const tls = { mode: "explicit", rejectUnauthorized: false, dataProtection } as const;
        await using ftp = await FtpClient.connect({
          ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland", tls },
          onTrace: (event) => void (event.type === "command" && seen.push(event.text)),
        });
        expect(await ftp.upload(text, "f")).toMatchObject({ placement: "whole", verified: "size" });
        expect(seen.filter((line) => /^(?:STOR|RN|ALLO|OPTS ALLO)/.test(line))).toEqual(lines);
      } finally {
        await server.close();
      }
    },
  );

  it("goes straight to its name in clear, too, where the server holds it to its size; not one of no known size", async () => {
    const commits: string[] = [];
    const server = createFtpServer({
      store: createMemoryStore({ files: { "/f": "old" } }),
      authenticators: [letIn],
      onEvent: (event) => void (event.type === "commit" && commits.push(event.transfer.path)),
    });
    try {
      const { port } = await server.listen();
      const seen: string[] = [];
      await using ftp = await FtpClient.connect({
        ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland" },
        onTrace: (event) => void (event.type === "command" && seen.push(event.text)),
      });
      const told = (): string[] =>
        seen.splice(0).filter((line) => /^(?:STOR|RN|ALLO|OPTS ALLO|REIN)/.test(line));
      const direct = [`ALLO ${text.length}`, "STOR f"];
      for (const before of [["OPTS ALLO EXACT"], []]) {
        expect(await ftp.upload(text, "f")).toMatchObject({ placement: "whole", verified: "size" });
        expect(told()).toEqual([...before, ...direct]);
      }
      // What a line of one's own has changed is not known.
      await ftp.quote("NOOP");
      await ftp.upload(text, "f");
      expect(told()).toEqual(["OPTS ALLO EXACT", ...direct]);
      expect(await ftp.upload([text], "f")).toMatchObject({ placement: "whole" });
      expect(told()).toEqual(["STOR f.longshore-part", "RNFR f.longshore-part", "RNTO f"]);
      await ftp.upload(text, "f", { temporary: "x" });
      expect(told()).toEqual(["STOR x", "RNFR x", "RNTO f"]);
      expect(commits).toEqual(["/f", "/f", "/f", "/f.longshore-part", "/x"]);
    } finally {
      await server.close();
    }
  });

  it("is in place with `temporary: false`", async () => {
    const ftp = await connect({});
    expect(await ftp.upload(text, "dir/f", { temporary: false })).toMatchObject({ placement: "in-place" });
    expect(stage.server.lines.slice(-2)).toEqual(["STOR dir/f", "SIZE dir/f"]);
  });

  it("whose name is as long as names may be has a temporary one that is no longer", async () => {
    const ftp = await connect({});
    const names = ["a", "b"].map((end) => `dir/${"ü".repeat(126)}${end}`);
    for (const name of names) await ftp.upload(text, name);
    const parts = stage.server.lines.filter((line) => line.startsWith("STOR")).map((line) => line.slice(9));
    expect(new Set(parts).size).toBe(2);
    for (const name of parts) {
      expect(name).toMatch(/^Ã¼.*~[0-9a-f]{8}\.longshore-part$/);
      // The scripted server reads each byte as a character.
      expect(name.length).toBeLessThanOrEqual(255);
    }
  });
});

describe("a server that does not rename over a file", () => {
  const old = { "dir/f": "old" };
  const linesFrom = (first: string): string[] => {
    const lines = stage.server.lines.map((line) => line.replace(/-old-\w+/, "-old"));
    return lines.slice(lines.indexOf(first));
  };

  it("has the old one moved aside, and removed when the new one stands", async () => {
    const ftp = await connect({ files: old, renamesOver: false });
    expect(await ftp.upload(text, "dir/f")).toMatchObject({ placement: "swapped" });
    expect(standing()).toEqual({ "dir/f": String(text) });
    expect(linesFrom("SIZE dir/f")).toEqual([
      ...["SIZE dir/f", "RNFR dir/f", "RNTO dir/f.longshore-old"],
      ...[`RNFR ${part}`, "RNTO dir/f", "DELE dir/f.longshore-old"],
    ]);
  });

  it("and removes nothing: what is left is told", async () => {
    const refuses = [[/^DELE/, "550 No."]] as const;
    const ftp = await connect({ files: old, renamesOver: false, refuses });
    const report = await ftp.upload(text, "dir/f");
    expect(report.leftover).toMatch(/^dir\/f\.longshore-old-/);
    expect(standing()).toEqual({ "dir/f": String(text), [String(report.leftover)]: "old" });
  });

  it("and does not rename to it at all: the old one is put back", async () => {
    const refuses = [[/^RNTO dir\/f$/, "553 No.", 2]] as const;
    const ftp = await connect({ files: old, refuses });
    expect(await failure(ftp.upload(text, "dir/f"))).toMatchObject({
      code: "placement-refused",
      command: "RNTO dir/f",
      retryable: false,
    });
    expect(standing()).toEqual(old);
  });

  it("and not back either: both stand, and the error says under which names", async () => {
    const refuses = [[/^RNTO dir\/f$/, "553 No."]] as const;
    const ftp = await connect({ files: old, refuses });
    const error = await failure(ftp.upload(text, "dir/f"));
    const [aside = ""] = [...files.keys()].filter((name) => name.includes("-old-"));
    expect(standing()).toEqual({ [aside]: "old", [part]: String(text) });
    expect(error.message).toContain(aside);
    expect(error.message).toContain(part);
  });

  it("moves no directory aside", async () => {
    const refuses = [
      [/^RNTO dir\/f$/, "550 Is a directory."],
      [/^SIZE dir\/f$/, "550 Not a regular file."],
      [/^STOR dir\/f$/, "553 Is a directory."],
    ] as const;
    const ftp = await connect({ files: { "dir/f": "a directory" }, refuses });
    expect(await failure(ftp.upload(text, "dir/f"))).toMatchObject({
      code: "refused",
      command: "STOR dir/f",
    });
    expect(standing()).toEqual({ "dir/f": "a directory" });
  });
});

describe("a drop box that renames nothing", () => {
  const refuses = [[/^RNFR/, "550 Permission denied."]] as const;

  it("gets a new file in place, and is remembered as one", async () => {
    const ftp = await connect({ refuses });
    expect(await ftp.upload(text, "dir/f")).toMatchObject({ placement: "in-place", verified: "size" });
    expect(standing()).toEqual({ "dir/f": String(text) });
    expect(await ftp.upload(text, "dir/g")).toMatchObject({ placement: "in-place" });
    expect(stage.server.lines.slice(-4)).toEqual(["SIZE dir/g", "EPSV", "STOR dir/g", "SIZE dir/g"]);
    // Another directory may be another matter.
    await ftp.upload(text, "f");
    expect(stage.server.lines).toContain("STOR f.longshore-part");
  });

  it("and removes nothing: what is left there is told", async () => {
    const ftp = await connect({ refuses: [...refuses, [/^DELE/, "550 Permission denied."]] });
    expect(await ftp.upload(text, "dir/f")).toMatchObject({ placement: "in-place", leftover: part });
  });

  it("keeps the file that stands: an error", async () => {
    const ftp = await connect({ files: { "dir/f": "old" }, refuses });
    expect(await failure(ftp.upload(text, "dir/f"))).toMatchObject({
      code: "placement-refused",
      reply: { code: 550 },
    });
    expect(standing()).toEqual({ "dir/f": "old" });
    await ftp.upload(text, "dir/f", { temporary: false });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("keeps the whole of a stream, which cannot be sent again", async () => {
    const ftp = await connect({ refuses });
    const error = await failure(ftp.upload([text], "dir/f"));
    expect(error).toMatchObject({ code: "placement-refused" });
    expect(error.message).toContain(part);
    expect(standing()).toEqual({ [part]: String(text) });
  });

  it("gets nothing with `temporary: true`", async () => {
    const ftp = await connect({ refuses });
    const error = await failure(ftp.upload(text, "dir/f", { temporary: true }));
    expect(error.code).toBe("placement-refused");
    expect(standing()).toEqual({});
  });
});

describe("a server that knows neither RNFR nor what stands", () => {
  const knows = [
    [/^SIZE/, "502 What?"],
    [/^NLST/, "502 What?"],
  ] as const;

  it.each(["500", "502"])("gets the file in place, for there is no other way (%s)", async (code) => {
    const ftp = await connect({ refuses: [...knows, [/^RNFR/, `${code} What?`]] });
    expect(await ftp.upload(text, "dir/f")).toMatchObject({ placement: "in-place", verified: "none" });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("risks nothing where it only does not want to rename", async () => {
    const ftp = await connect({ refuses: [...knows, [/^RNFR/, "550 Permission denied."]] });
    expect((await failure(ftp.upload(text, "dir/f"))).code).toBe("placement-refused");
    expect(standing()).toEqual({});
  });
});

describe("a server that takes no other name", () => {
  const refuses = [[/^STOR .*part$/, "553 Not that name."]] as const;

  it("gets a new file in place, a stream too, for nothing of it was sent", async () => {
    const ftp = await connect({ refuses });
    expect(await ftp.upload([text], "dir/f")).toMatchObject({ placement: "in-place" });
    expect(standing()).toEqual({ "dir/f": String(text) });
    expect(stage.server.lines.some((line) => line.startsWith("DELE"))).toBe(false);
  });

  it("keeps the file that stands: an error", async () => {
    const ftp = await connect({ files: { "dir/f": "old" }, refuses });
    expect((await failure(ftp.upload(text, "dir/f"))).code).toBe("placement-refused");
    expect(standing()).toEqual({ "dir/f": "old" });
  });

  it("is asked by NLST where it has no SIZE", async () => {
    const nature = { refuses: [...refuses, [/^SIZE/, "502 What?"]] as const };
    const ftp = await connect({ ...nature, files: { "dir/f": "old" } });
    expect((await failure(ftp.upload(text, "dir/f"))).code).toBe("placement-refused");
    expect(await ftp.upload(text, "dir/g")).toMatchObject({ placement: "in-place", verified: "none" });
    expect(standing()).toEqual({ "dir/f": "old", "dir/g": String(text) });
  });

  it("and cannot say whether a file stands: nothing is risked", async () => {
    const more = [
      [/^SIZE/, "502 What?"],
      [/^NLST/, "502 What?"],
    ] as const;
    const ftp = await connect({ refuses: [...refuses, ...more] });
    expect((await failure(ftp.upload(text, "dir/f"))).code).toBe("placement-refused");
  });

  it.each(["452 Full.", "552 Over quota.", "450 Busy."])("%j is no matter of names", async (reply) => {
    const ftp = await connect({ refuses: [[/^STOR/, reply]] });
    expect(await failure(ftp.upload(text, "dir/f"))).toMatchObject({ code: "refused" });
    expect(stage.server.lines.filter((line) => line.startsWith("STOR"))).toEqual([`STOR ${part}`]);
    expect(stage.server.lines.some((line) => line.startsWith("DELE"))).toBe(false);
  });
});

describe("resumed uploads", () => {
  const half = String(text.subarray(0, 10));

  it("go on behind the part that is there, compared first, and take the name", async () => {
    const ftp = await connect({ files: { [part]: half, "dir/f": "old" } });
    const report = await ftp.upload(text, "dir/f", { resume: true, overlap: 0 });
    expect(report).toMatchObject({ offset: 10, bytes: text.length - 10, placement: "whole" });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("of which all is there only take the name", async () => {
    const ftp = await connect({ files: { [part]: String(text) } });
    const report = await ftp.upload(text, "dir/f", { resume: true, overlap: 0 });
    expect(report).toMatchObject({ bytes: 0, verified: "size", placement: "whole" });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("leave their part for the next time when they fail", async () => {
    const ftp = await connect({
      refuses: [
        [/^SIZE dir\/f.longshore-part/, "550 No such file.", 1],
        [/^RNFR/, "450 Busy.", 1],
      ],
    });
    expect(await failure(ftp.upload(text, "dir/f", { resume: true }))).toMatchObject({ retryable: true });
    expect(standing()).toEqual({ [part]: String(text) });
    await ftp.upload(text, "dir/f", { resume: true, overlap: 0 });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("go on behind the file itself where there is no part", async () => {
    const ftp = await connect({ files: { "dir/f": half } });
    const report = await ftp.upload(text, "dir/f", { resume: true, overlap: 0 });
    expect(report).toMatchObject({ offset: 10, placement: "in-place" });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });

  it("leave the file itself alone with `temporary: true`", async () => {
    const ftp = await connect({ files: { "dir/f": half } });
    const report = await ftp.upload(text, "dir/f", { resume: true, temporary: true });
    expect(report).toMatchObject({ offset: 0, placement: "whole" });
    expect(standing()).toEqual({ "dir/f": String(text) });
  });
});
