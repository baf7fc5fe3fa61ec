import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpClient } from "@longshore/ftp-client";
import { tftpGetBytes } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyPorts, buildCommand, longshore, removeCommand, serve } from "./command.ts";
import { openControl } from "./control.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-serve-"));
const root = join(folder, "served");
const size = 40_000_000;

beforeAll(async () => {
  mkdirSync(root);
  writeFileSync(join(root, "hello.txt"), "hello\n");
  writeFileSync(join(root, "long"), "");
  truncateSync(join(root, "long"), size);
  await buildCommand();
});
afterAll(async () => {
  await removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

const quiet = [...anyPorts, "--log", "off"] as const;

/** What stands at a URL, got without the command: what is proved here is the server. */
async function fetched(url: string, login: { user?: string; password?: string } = {}): Promise<string> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const place = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
  const chunks: Uint8Array[] = [];
  if (protocol === "tftp:") chunks.push(await tftpGetBytes({ ...place, filename: pathname.slice(1) }));
  else {
    await using client = await FtpClient.connect({ ...place, ...login });
    for await (const chunk of client.read(pathname.slice(1))) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

describe("listeners", () => {
  it("are printed one a line, ready, and read-only", async () => {
    const server = await serve([root, ...quiet]);
    expect(server.lines).toEqual([
      expect.stringMatching(/^ftp:\/\/127\.0\.0\.1:[1-9]\d*\/$/),
      expect.stringMatching(/^tftp:\/\/127\.0\.0\.1:[1-9]\d*\/$/),
    ]);
    const put = await longshore(["put", "-", `${server.url("ftp")}/new`], { input: "x" });
    expect(put.stderr).toMatch(/^longshore: .*"55\d .*\n$/);
    const tput = await longshore(["put", "-", `${server.url("tftp")}/new`], { input: "x" });
    expect(tput.stderr).toMatch(/^longshore: .*ERROR 2.*\n$/);
    expect([put.code, tput.code, existsSync(join(root, "new"))]).toEqual([1, 1, false]);
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toBe("");
  });

  it("serve the current directory unless told", async () => {
    const server = await serve([...quiet, "--no-tftp"], { listeners: 1, cwd: root });
    expect(server.lines).toHaveLength(1);
    expect(await fetched(`${server.url("ftp")}/hello.txt`)).toBe("hello\n");
    await server.stop();
  });

  it.each([
    ["::1", ["[::1]"], "[::1]"],
    ["0.0.0.0", ["127.0.0.1"], "0.0.0.0"],
    ["::", ["[::1]", "127.0.0.1"], "[::]"],
  ])("--host %s", async (host, reachedBy, shown) => {
    const server = await serve([root, "--host", host, ...quiet]);
    expect(server.lines[0]).toBe(`ftp://${shown}:${server.port("ftp")}/`);
    expect(server.lines[1]).toBe(`tftp://${shown}:${server.port("tftp")}/`);
    for (const name of reachedBy) {
      for (const scheme of ["ftp", "tftp"] as const) {
        expect(await fetched(`${scheme}://${name}:${server.port(scheme)}/hello.txt`)).toBe("hello\n");
      }
    }
    expect(await server.stop()).toBe(0);
  });

  it("--host takes a name, one address for all", async () => {
    const server = await serve([root, "--host", "localhost", ...quiet]);
    for (const line of server.lines) {
      expect(await fetched(`${line}hello.txt`)).toBe("hello\n");
    }
    await server.stop();
  });

  it("--no-ftp leaves TFTP alone", async () => {
    const server = await serve([root, "--no-ftp", ...quiet], { listeners: 1 });
    expect(server.lines[0]).toMatch(/^tftp:/);
    await server.stop();
  });

  it.each([
    ["one process", []],
    ["several workers", ["--workers", "2"]],
  ])("a port that is taken is told in one line by %s", async (_, flags) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const ran = await longshore([
      ...["serve", root, "--ftp-port", String(port), "--no-tftp", "--log", "json"],
      ...flags,
    ]);
    taken.close();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^longshore: cannot serve ftp on 127\.0\.0\.1: .*EADDRINUSE.*; stop what listens there, or choose another port.*\n$/,
    );
  });

  it("workers are gone when the process that started them is, without a signal to them", async () => {
    const server = await serve([root, ...anyPorts, "--workers", "2", "--log", "json"]);
    expect(server.stderr.match(/worker \d+ serves/g)).toHaveLength(2);
    server.signal("SIGKILL");
    // Its streams are theirs too, and end with the last of them.
    expect(await server.ended).toBeNull();
    await expect(openControl(server.port("ftp"))).rejects.toThrow("ECONNREFUSED");
  });

  it("a second signal does not wait for the transfers of workers", async () => {
    const server = await serve([root, ...anyPorts, "--workers", "2", "--log", "off"]);
    const control = await openControl(server.port("ftp"));
    await control.line();
    await control.send("USER anonymous");
    await control.send("PASS a@b.example");
    expect(await control.send("EPSV")).toMatch(/^229/);
    control.send("LIST");
    server.signal("SIGTERM");
    server.signal("SIGINT");
    expect(await server.ended).toBe(0);
  });

  it("--passive-ports and --public-address are what PASV tells", async () => {
    const server = await serve([
      ...[root, ...quiet, "--passive-ports", "40100-40199", "--public-address", "203.0.113.7"],
    ]);
    const control = await openControl(server.port("ftp"));
    await control.line();
    await control.send("USER anonymous");
    await control.send("PASS me@");
    const pasv = /\((\d+,\d+,\d+,\d+),(\d+),(\d+)\)/.exec(await control.send("PASV"));
    expect(pasv?.[1]).toBe("203,0,113,7");
    const port = Number(pasv?.[2]) * 256 + Number(pasv?.[3]);
    expect(port).toBeGreaterThanOrEqual(40_100);
    expect(port).toBeLessThanOrEqual(40_199);
    const epsv = Number(/\|(\d+)\|\)/.exec(await control.send("EPSV"))?.[1]);
    expect(epsv).toBeGreaterThanOrEqual(40_100);
    expect(epsv).toBeLessThanOrEqual(40_199);
    control.end();
    // The address is for others: our client goes to where the control connection went.
    expect(await fetched(`${server.url("ftp")}/hello.txt`)).toBe("hello\n");
    await server.stop();
  });
});

describe("who may do what", () => {
  it("--user takes passwords with colons and the two rights", async () => {
    const users = ["ada:a:b:rw:rw", "bob:x:ro", "cyd", "dan::rw"].flatMap((user) => ["--user", user]);
    const server = await serve([root, ...quiet, "--no-tftp", ...users], {
      listeners: 1,
      env: { LONGSHORE_PASSWORD: "from outside" },
    });
    const tryPut = async (user: string, password: string): Promise<string> => {
      try {
        const connection = { host: "127.0.0.1", port: server.port("ftp"), user, password };
        await using client = await FtpClient.connect(connection);
        await client.upload(new TextEncoder().encode(user), `from-${user}`);
        return "written";
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(await tryPut("ada", "a:b:rw")).toBe("written");
    expect(await tryPut("bob", "x")).toBe("refused");
    expect(await tryPut("bob", "x:ro")).toBe("login-failed");
    expect(await tryPut("cyd", "from outside")).toBe("refused");
    expect(await tryPut("dan", "from outside")).toBe("written");
    expect(await tryPut("anonymous", "me@")).toBe("refused");
    expect(readFileSync(join(root, "from-ada"), "utf8")).toBe("ada");
    await server.stop();
  });

  it("--no-anonymous lets nobody else in, and leaves TFTP out unless its port is given", async () => {
    const server = await serve(
      [root, "--ftp-port", "0", "--log", "off", "--no-anonymous", "--user", "ada:secret"],
      { listeners: 1 },
    );
    const anonymous = await longshore(["ls", server.url("ftp")]);
    expect(anonymous.code).toBe(1);
    expect(anonymous.stderr).toMatch(/^longshore: .*"530 .*check the user and the password\n$/);
    const ada = { user: "ada", password: "secret" };
    expect(await fetched(`${server.url("ftp")}/hello.txt`, ada)).toBe("hello\n");
    expect(await server.stop()).toBe(0);
    expect(server.lines).toHaveLength(1);
    const asked = await serve([root, ...quiet, "--no-anonymous", "--user", "ada:secret"]);
    expect(asked.lines[1]).toMatch(/^tftp:/);
    await asked.stop();
  });

  it("--require-tls lets nothing through in clear", async () => {
    const server = await serve(
      [root, "--ftp-port", "0", "--ftps-port", "0", "--log", "off", "--require-tls", "--tls-self-signed"],
      { listeners: 2 },
    );
    expect(server.lines.map((line) => line.split(":")[0])).toEqual(["ftp", "ftps"]);
    const clear = await longshore(["ls", server.url("ftp")]);
    expect(clear.code).toBe(1);
    expect(clear.stderr).toMatch(/^longshore: .*"53\d .*; add --tls\n$/);
    const explicit = await longshore(["get", "--tls", "--insecure", `${server.url("ftp")}/hello.txt`, "-"]);
    expect(explicit.stdout).toBe("hello\n");
    const implicit = await longshore(["get", "--insecure", `${server.url("ftps")}/hello.txt`, "-"]);
    expect(implicit.stdout).toBe("hello\n");
    await server.stop();
  });

  it("--writable lets everybody write, over TFTP what is new", async () => {
    const server = await serve([root, ...quiet, "--writable"]);
    expect((await longshore(["put", "-", `${server.url("ftp")}/written`], { input: "1" })).code).toBe(0);
    expect((await longshore(["put", "-", `${server.url("tftp")}/twritten`], { input: "2" })).code).toBe(0);
    const again = await longshore(["put", "-", `${server.url("tftp")}/twritten`], { input: "3" });
    expect(again.stderr).toMatch(/ERROR 6/);
    expect(readFileSync(join(root, "written"), "utf8") + readFileSync(join(root, "twritten"), "utf8")).toBe(
      "12",
    );
    await server.stop();
  });
});

describe("limits", () => {
  it("--max-sessions and --max-sessions-per-address", async () => {
    const all = await serve([root, ...quiet, "--no-tftp", "--max-sessions", "1"], { listeners: 1 });
    const one = await openControl(all.port("ftp"));
    expect(await one.line()).toMatch(/^220/);
    expect(await (await openControl(all.port("ftp"))).line()).toMatch(/^421/);
    const told = await longshore(["ls", all.url("ftp")]);
    expect(told.stderr).toMatch(/^longshore: .*421 .*; try again later\n$/);
    one.end();
    await all.stop();

    const host = ["--host", "0.0.0.0", "--max-sessions-per-address", "1"];
    const each = await serve([root, ...quiet, "--no-tftp", ...host], { listeners: 1 });
    const first = await openControl(each.port("ftp"), "127.0.0.1");
    expect(await first.line()).toMatch(/^220/);
    expect(await (await openControl(each.port("ftp"), "127.0.0.1")).line()).toMatch(/^421/);
    first.end();
    await each.stop();
  });

  it("--idle-timeout ends a session with 421", async () => {
    const server = await serve([root, ...quiet, "--no-tftp", "--idle-timeout", "1"], { listeners: 1 });
    const control = await openControl(server.port("ftp"));
    await control.line();
    await control.send("USER anonymous");
    const started = Date.now();
    await control.send("PASS me@");
    expect(await control.line()).toMatch(/^421/);
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    await control.closed;
    await server.stop();
  });
});

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s lets a transfer end, takes no more, and exits 0",
    async (name) => {
      const server = await serve([root, ...quiet]);
      const port = server.port("ftp");
      const control = await openControl(port);
      await control.line();
      for (const command of ["USER anonymous", "PASS me@", "TYPE I"]) await control.send(command);
      const dataPort = Number(/\|(\d+)\|\)/.exec(await control.send("EPSV"))?.[1]);
      const data = connect({ port: dataPort, host: "127.0.0.1" });
      data.pause();
      expect(await control.send("RETR long")).toMatch(/^150/);
      server.signal(name);
      const isRefused = (): Promise<boolean> =>
        openControl(port).then(
          (other) => {
            other.end();
            return false;
          },
          () => true,
        );
      await expect.poll(isRefused, { timeout: 10_000 }).toBe(true);
      expect(server.isRunning).toBe(true);
      let bytes = 0;
      for await (const chunk of data) bytes += (chunk as Buffer).length;
      expect(bytes).toBe(size);
      expect(await control.line()).toMatch(/^226/);
      expect(await control.line()).toMatch(/^421/);
      await control.closed;
      expect(await server.ended).toBe(0);
    },
  );

  it("also lets a TFTP transfer end", async () => {
    const server = await serve([root, ...quiet]);
    const got = tftpGetBytes({
      host: "127.0.0.1",
      port: server.port("tftp"),
      filename: "long",
      onProgress: ({ bytes }) => {
        if (bytes > 0 && !sent) server.signal("SIGTERM");
        sent = true;
      },
    });
    let sent = false;
    expect((await got).length).toBe(size);
    expect(await server.ended).toBe(0);
  });

  it("the second one ends at once", async () => {
    const server = await serve([root, ...quiet]);
    const client = await FtpClient.connect({ host: "127.0.0.1", port: server.port("ftp") });
    const stuck = client.read("long")[Symbol.asyncIterator]();
    await stuck.next();
    server.signal("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.isRunning).toBe(true);
    const started = Date.now();
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(Date.now() - started).toBeLessThan(5000);
    client.destroy();
    await stuck.return?.().catch(() => {});
  });

  it("come through as soon as the first line is printed", async () => {
    const server = await serve([root, ...quiet], { listeners: 1 });
    expect(await server.stop()).toBe(0);
  });
});

describe("--log", () => {
  const visit = async (args: readonly string[]): Promise<string> => {
    const server = await serve([root, ...anyPorts, "--user", "ada:opensesame", ...args]);
    const url = `${server.url("ftp")}/hello.txt`;
    expect(await fetched(url, { user: "ada", password: "opensesame" })).toBe("hello\n");
    await expect(fetched(url, { user: "ada", password: "letmein" })).rejects.toThrow("login-failed");
    expect(await fetched(`${server.url("tftp")}/hello.txt`)).toBe("hello\n");
    await server.stop();
    expect(server.stderr).not.toMatch(/opensesame|letmein/);
    return server.stderr;
  };

  it("json, the default where nobody looks, is an object a line", async () => {
    const events = (await visit([]))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { protocol: string; event: string });
    const kinds = new Set(events.map(({ protocol, event }) => `${protocol} ${event}`));
    for (const kind of [
      "ftp listening",
      "ftp connect",
      "ftp login",
      "ftp login-refused",
      "ftp transfer-end",
      "ftp disconnect",
      "tftp listening",
      "tftp request",
      "tftp transfer-end",
    ])
      expect(kinds).toContain(kind);
    expect(
      events.find(({ event, protocol }) => event === "transfer-end" && protocol === "ftp"),
    ).toMatchObject({
      level: 30,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      session: { user: "ada", remote: { host: "127.0.0.1" } },
      transfer: { kind: "retrieve", path: "/hello.txt" },
      bytes: 6,
      outcome: "done",
    });
  });

  it("pretty is a line for people", async () => {
    const text = await visit(["--log", "pretty"]);
    expect(text).toMatch(/INFO: ftp {3}listening on 127\.0\.0\.1:\d+/);
    expect(text).toMatch(/INFO: ftp {3}#1 ada {2}retrieve \/hello\.txt: done, 6 B in \d+\.\d\d s/);
    expect(text).toMatch(/WARN: ftp .*login of ada refused/);
    expect(text).toMatch(/tftp {2}#1 127\.0\.0\.1 {2}read hello\.txt: complete, 6 B/);
  });

  it("off says nothing", async () => {
    expect(await visit(["--log", "off"])).toBe("");
  });
});
