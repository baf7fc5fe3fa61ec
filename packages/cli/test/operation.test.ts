import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpClient } from "@longshore/ftp-client";
import { tftpGetBytes, tftpPut } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificate } from "../src/serve/certificate.ts";
import { anyPorts, buildCommand, longshore, removeCommand, type Serving, serve } from "./command.ts";
import { openControl } from "./control.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-operation-"));
const root = join(folder, "served");
const patient = { timeout: 15_000 };

beforeAll(async () => {
  mkdirSync(join(root, "in"), { recursive: true });
  writeFileSync(join(root, "hello.txt"), "hello\n");
  await buildCommand();
});
afterAll(async () => {
  await removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

const configFile = (content: object): string => {
  const file = join(folder, "longshore.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
};
const connect = (server: Serving, user: string, password: string): Promise<FtpClient> =>
  FtpClient.connect({ host: "127.0.0.1", port: server.port("ftp"), user, password });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it("a configuration file, whose errors name the path to the wrong key, with --config and config --check", async () => {
  const file = configFile({ root: "served", users: [{ name: "a", password: "b", permission: "rx" }] });
  for (const args of [
    ["serve", "--config", file],
    ["config", "--check", file],
  ]) {
    const ran = await longshore(args);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(
      /^longshore: .*longshore\.json: users\[0\]\.permission: "rx" cannot be; .*\n$/,
    );
  }
  expect((await longshore(["config", "--check", configFile({})])).code).toBe(0);
  expect(JSON.parse((await longshore(["config", "--schema"])).stdout)).toMatchObject({ type: "object" });
  expect((await longshore(["config"])).code).toBe(2);
});

it("what is in the file is served, the flags override it, and SIGHUP reads users and log files again", async () => {
  const log = join(folder, "log.json");
  const xferlog = join(folder, "xferlog");
  const content = {
    root: "served",
    anonymous: false,
    users: [
      {
        name: "ada",
        password: "one",
        permission: [
          { path: "/", allow: "ro" },
          { path: "/in", allow: "rw" },
        ],
      },
    ],
    ftp: { port: 1, limits: { sessions: 5 } },
    log: { form: "json", file: "log.json" },
    xferlog: "xferlog",
  };
  const server = await serve(["--config", configFile(content), "--ftp-port", "0"], { listeners: 1 });
  expect(server.lines).toHaveLength(1);
  {
    await using ada = await connect(server, "ada", "one");
    await expect(ada.upload(bytesOf("x"), "top", { temporary: false })).rejects.toThrow("refused");
    await ada.upload(bytesOf("x"), "in/by-rule", { temporary: false });
  }
  renameSync(log, `${log}.1`);
  renameSync(xferlog, `${xferlog}.1`);
  configFile({ ...content, users: [{ name: "bob", password: "two" }], root: "elsewhere" });
  server.signal("SIGHUP");
  await expect
    .poll(() => existsSync(log) && readFileSync(log, "utf8"), patient)
    .toMatch(/configuration read again; what has changed in root needs a new start/);
  await expect(connect(server, "ada", "one")).rejects.toThrow("login-failed");
  await using bob = await connect(server, "bob", "two");
  for await (const _ of bob.read("hello.txt"));
  configFile({ users: 5 });
  server.signal("SIGHUP");
  await expect
    .poll(() => readFileSync(log, "utf8"), patient)
    .toMatch(/nothing has changed, the configuration cannot be used: .*users: 5 cannot be/);
  bob.destroy();
  expect(await server.stop()).toBe(0);
  expect(readFileSync(`${xferlog}.1`, "utf8")).toMatch(
    / 127\.0\.0\.1 1 \/in\/by-rule b _ i r ada ftp 0 \* c\n$/,
  );
  expect(readFileSync(xferlog, "utf8")).toMatch(/ 127\.0\.0\.1 6 \/hello\.txt b _ o r bob ftp 0 \* c\n$/);
  expect(server.stderr).toBe("");
});

it("what is said of tftp is read again on SIGHUP, all but the place where it listens", async () => {
  const log = join(folder, "tftp.json");
  const rules = join(folder, "rules");
  writeFileSync(rules, "replace ^alias$ hello.txt\n");
  const content = { root: "served", ftp: false, tftp: { port: 0 }, log: { form: "json", file: "tftp.json" } };
  const server = await serve(["--config", configFile(content)], { listeners: 1 });
  const at = { host: "127.0.0.1", port: server.port("tftp") };
  await expect(tftpGetBytes({ ...at, filename: "alias" })).rejects.toThrow("ERROR 1");
  configFile({ ...content, tftp: { port: 1, writable: true, rewrite: "rules" } });
  server.signal("SIGHUP");
  await expect
    .poll(() => existsSync(log) && readFileSync(log, "utf8"), patient)
    .toMatch(
      /configuration read again; what has changed in the port and multicast of tftp needs a new start/,
    );
  expect(await tftpGetBytes({ ...at, filename: "alias" })).toHaveLength(6);
  await tftpPut({ ...at, filename: "by-tftp", from: "x" });
  writeFileSync(rules, "nonsense\n");
  server.signal("SIGHUP");
  await expect
    .poll(() => readFileSync(log, "utf8"), patient)
    .toMatch(/nothing has changed, the configuration cannot be used: .*rewrite, line 1/);
  expect(await tftpGetBytes({ ...at, filename: "alias" })).toHaveLength(6);
  expect(await server.stop()).toBe(0);
});

it("TFTP is served at the sockets that a service manager hands over", async () => {
  if (process.platform !== "linux") return console.warn("LEFT OUT: inherited sockets, found on Linux alone");
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const args = [root, "--no-ftp", "--tftp-port", "1", "--log", "off"];
  const server = await serve(args, { listeners: 1, socket: fd });
  socket.close();
  expect(server.port("tftp")).toBe(port);
  expect(await tftpGetBytes({ host: "127.0.0.1", port, filename: "hello.txt" })).toHaveLength(6);
  expect(await server.stop()).toBe(0);
});

it("certificates are read again on SIGHUP", async () => {
  const [cert, key] = [join(folder, "c.pem"), join(folder, "k.pem")];
  const fingerprint = async (): Promise<string> => {
    const { connect: connectTls } = await import("node:tls");
    const socket = connectTls({ port: server.port("ftps"), host: "127.0.0.1", rejectUnauthorized: false });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const write = async (): Promise<void> => {
    const made = await makeCertificate("127.0.0.1");
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.key);
  };
  await write();
  const server = await serve(
    [root, "--no-ftp", "--no-tftp", "--ftps-port", "0", "--tls-cert", cert, "--tls-key", key, "--log", "off"],
    { listeners: 1 },
  );
  const before = await fingerprint();
  await write();
  server.signal("SIGHUP");
  await expect.poll(fingerprint, patient).not.toBe(before);
  await server.stop();
});

describe("what watches over it", () => {
  it("--metrics-port tells Prometheus of FTP and TFTP, --on-upload runs a program, --incoming takes files unseen", async () => {
    const out = join(folder, "uploads");
    const program = join(folder, "notify.cjs");
    writeFileSync(
      program,
      `const { LONGSHORE_USER, LONGSHORE_PATH, LONGSHORE_FILE, LONGSHORE_SIZE } = process.env;
       require("fs").appendFileSync(process.argv[2], [LONGSHORE_USER, LONGSHORE_PATH, LONGSHORE_FILE, LONGSHORE_SIZE].join(" "));`,
    );
    const server = await serve([
      ...[root, ...anyPorts, "--incoming", "/in", "--metrics-port", "0", "--limit-rate", "1000000"],
      ...["--on-upload", `${process.execPath} ${program} ${out}`, "--log", "json"],
    ]);
    await using anyone = await connect(server, "anonymous", "me@example.org");
    await anyone.upload(bytesOf("three"), "in/new $(x)");
    const names: string[] = [];
    for await (const name of anyone.listNames("in")) names.push(name);
    expect(names).toEqual([]);
    await expect
      .poll(() => existsSync(out) && readFileSync(out, "utf8"), patient)
      .toBe(`anonymous /in/new $(x) ${root}/in/new $(x) 5`);
    const put = tftpPut({ host: "127.0.0.1", port: server.port("tftp"), filename: "x", from: "x" });
    await expect(put).rejects.toThrow("ERROR 2");
    const url = /"message":"metrics at (http:[^"]+)"/.exec(server.stderr)?.[1] ?? "";
    const text = await (await fetch(url)).text();
    expect(text).toContain('longshore_transfer_bytes_total{protocol="ftp",direction="in"} 5\n');
    expect(text).toContain('longshore_logins_total{result="anonymous"} 1\n');
    expect(text).toContain('longshore_sessions_total{protocol="tftp"} 1\n');
    expect(await (await fetch(url.replace("/metrics", "/healthz"))).text()).toBe("ok\n");
    anyone.destroy();
    await server.stop();
  });

  it("--max-sessions counts over all listeners together", async () => {
    const server = await serve(
      [
        root,
        "--ftp-port",
        "0",
        "--ftps-port",
        "0",
        "--no-tftp",
        "--tls-self-signed",
        "--max-sessions",
        "1",
        "--log",
        "off",
      ],
      { listeners: 2 },
    );
    const first = await openControl(server.port("ftp"));
    expect(await first.line()).toMatch(/^220/);
    await expect(
      FtpClient.connect({ host: "127.0.0.1", port: server.port("ftps"), secure: "implicit" } as never),
    ).rejects.toThrow();
    first.end();
    await server.stop();
  });

  it("--drain-timeout ends what takes longer", async () => {
    const server = await serve([root, ...anyPorts, "--no-tftp", "--drain-timeout", "1", "--log", "off"], {
      listeners: 1,
    });
    const control = await openControl(server.port("ftp"));
    await control.line();
    for (const command of ["USER anonymous", "PASS me@", "EPSV"]) await control.send(command);
    control.send("RETR hello.txt").catch(() => {});
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
  });
});
