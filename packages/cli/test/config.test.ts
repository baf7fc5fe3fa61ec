import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nearest } from "../src/config/nearest.ts";
import { configSchema, parseConfig, readConfig } from "../src/config/read.ts";
import { CommandFailure } from "../src/failure.ts";
import { type ServeFlags, withFlags } from "../src/serve/flags.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (input: unknown) => parseConfig(JSON.stringify(input), "x.json");

/** What is wrong with a configuration, a line each. */
function problems(input: unknown): readonly string[] {
  try {
    parse(input);
    return [];
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    expect(error.exitCode).toBe(2);
    return error.details.length > 0 ? error.details : [error.message.replace("x.json: ", "")];
  }
}

describe("a configuration file: validated, errors with the path to the wrong key", () => {
  it.each([
    [
      {
        users: [
          { name: "a", password: "x" },
          { name: "b", password: "y", permission: "rx" },
        ],
      },
      /^users\[1\]\.permission: "rx" cannot be; expected one of .*"ro", "rw"/,
    ],
    [{ ftp: { port: 70_000 } }, /^ftp\.port: 70000 cannot be; expected a number of 65535 or less/],
    [{ ftp: { port: "21" } }, /^ftp\.port: "21" cannot be; expected a number/],
    [{ host: 5 }, "host: 5 cannot be; expected text"],
    [{ users: {} }, "users: an object cannot be; expected a list"],
    [{ users: [{ name: "a" }] }, "users[0].password: it is missing; expected text"],
    [
      {
        users: [
          { name: "a", password: "x" },
          { name: "a", password: "y" },
        ],
      },
      'users[1].name: "a" cannot be; expected each name once',
    ],
    [{ log: { form: "xml" } }, 'log.form: "xml" cannot be; expected one of "pretty", "json", "off"'],
    [{ tls: { cert: "a.pem" } }, /^tls: an object cannot be; expected both cert and key/],
    [
      { ftp: { limits: { idleTimeout: "5 parsecs" } } },
      'ftp.limits.idleTimeout: "5 parsecs" cannot be; expected seconds, or text such as "90s", "5m" or "1.5h"',
    ],
    [
      { tftp: { limits: { uploadSize: "many" } } },
      'tftp.limits.uploadSize: "many" cannot be; expected bytes, or text such as "500 kB", "64 MiB" or "10 GB"',
    ],
    [
      { ftp: { passive: { ports: [5, 4] } } },
      "ftp.passive.ports: a list cannot be; expected the first port not above the last one",
    ],
    [
      { ftp: { passive: { publicAddress: [{ networks: ["10.0.0.0/40"], address: "own" }] } } },
      /^ftp\.passive\.publicAddress\[0\]\.networks\[0\]: "10\.0\.0\.0\/40" cannot be; expected an address or a network/,
    ],
    [
      { ftp: { ban: { allow: ["here"] } } },
      /^ftp\.ban\.allow\[0\]: "here" cannot be; expected an address or a network/,
    ],
    [
      { store: { fileMode: "rw" } },
      'store.fileMode: "rw" cannot be; expected permissions in octal, such as "0640"',
    ],
    [{ workers: 0 }, "workers: 0 cannot be; expected a number of 1 or more"],
    [
      { workers: "many" },
      'workers: "many" cannot be; expected a number from 1 to 256, or "auto" for as many as there are processors',
    ],
    [[], "the configuration: a list cannot be; expected an object"],
  ])("%j", (input, message) => {
    expect(problems(input)).toEqual([typeof message === "string" ? message : expect.stringMatching(message)]);
  });

  it("unknown keys are errors with the nearest known name", () => {
    expect(
      problems({ anonymus: true, ftp: { limits: { idle: 5 } }, users: [{ nam: "a" }], quite_else: 1 }),
    ).toEqual(
      expect.arrayContaining([
        "anonymus: nobody knows this key; did you mean anonymous?",
        "ftp.limits.idle: nobody knows this key; did you mean idleTimeout?",
        "users[0].nam: nobody knows this key; did you mean name?",
        expect.stringMatching(/^quite_else: nobody knows this key; known are \$schema, root, host, /),
      ]),
    );
  });

  it("never repeats a password", () => {
    const told = problems({ users: [{ name: "a", password: 12_345 }], tls: { passphrase: 98_765 } }).join(
      "\n",
    );
    expect(told).toContain("users[0].password: what stands there cannot be; expected text");
    expect(told).not.toMatch(/12345|98765/);
  });

  it("says where it is no JSON", () => {
    expect(() => parseConfig('{\n  "root": "/srv",\n}', "x.json")).toThrow(
      /^x\.json: no JSON at line 3, column 1: /,
    );
    expect(() => parseConfig('{"root": ', "x.json")).toThrow(/^x\.json: no JSON at line 1, column 10: /);
    expect(parseConfig("\uFEFF{}", "x.json")).toEqual({});
  });

  it("says which file cannot be read", async () => {
    await expect(readConfig(join(folder, "missing.json"))).rejects.toThrow(
      /missing\.json cannot be read \(ENOENT.*give a configuration in JSON$/,
    );
  });

  it("control characters in it do not reach the terminal", () => {
    expect(problems({ "a\u001b[1m": 1, host: 1 }).join()).not.toContain("\u001b");
  });
});

describe("values", () => {
  it("times are milliseconds, amounts bytes, modes numbers", () => {
    const { ftp, tftp, store, drainTimeout } = parse({
      ftp: { limits: { idleTimeout: 1.5, loginTimeout: "90s", stallTimeout: "5 m", vanishGrace: "20ms" } },
      tftp: { limits: { uploadSize: "10 GB", windowBytes: "64KiB" }, transferPorts: [7000, 7100] },
      store: { fileMode: "0640" },
      drainTimeout: "1.5h",
    });
    expect(ftp).toEqual({
      limits: { idleTimeout: 1500, loginTimeout: 90_000, stallTimeout: 300_000, vanishGrace: 20 },
    });
    expect(tftp).toEqual({
      limits: { uploadSize: 10_000_000_000, windowBytes: 65_536 },
      transferPorts: { from: 7000, to: 7100 },
    });
    expect([store, drainTimeout]).toEqual([{ fileMode: 0o640 }, 5_400_000]);
    expect(problems({ drainTimeout: "30d" })).toEqual([
      'drainTimeout: "30d" cannot be; expected no more than 23 days',
    ]);
  });

  it("everything that the library can be told as data can stand there", () => {
    const ftp = {
      allowEstablishing: true,
      allowSpecialModeBits: true,
      without: ["DELE", "SITE CHMOD"],
      who: "own",
      passive: { allowForeignAddress: true },
    };
    const limits = {
      contentSize: "1 GB",
      treeEntries: 10,
      idleMaximum: "1h",
      rate: { up: "1 MB" },
      sessionRate: {},
    };
    expect(parse({ ftp: { ...ftp, limits } }).ftp).toEqual({
      ...ftp,
      limits: {
        contentSize: 1_000_000_000,
        treeEntries: 10,
        idleMaximum: 3_600_000,
        rate: { up: 1_000_000 },
        sessionRate: {},
      },
    });
  });

  it("paths count from the directory of the file", async () => {
    mkdirSync(join(folder, "etc"), { recursive: true });
    const file = join(folder, "etc", "a.json");
    const content = {
      root: "../files",
      xferlog: "/var/log/xferlog",
      tls: { cert: "c.pem", key: "k.pem", required: true },
      log: { file: "log" },
      onUpload: { command: ["./scan", "./x"] },
    };
    writeFileSync(file, JSON.stringify(content));
    expect(await readConfig(file)).toEqual({
      root: join(folder, "files"),
      xferlog: "/var/log/xferlog",
      tls: { cert: join(folder, "etc/c.pem"), key: join(folder, "etc/k.pem"), required: true },
      log: { file: join(folder, "etc/log") },
      onUpload: { command: [join(folder, "etc/scan"), "./x"] },
    });
  });
});

describe("users", () => {
  it("all that can be said of one, and how fast sessions may be", () => {
    const settings = {
      permission: [{ path: "/", allow: "ro" }],
      incoming: ["/in"],
      root: "/home/ann",
      home: "/work",
      createHome: true,
      quota: { bytes: "10G", files: 1000 },
      rate: { up: "1 MB" },
      sessionRate: { down: 5 },
      sessions: 2,
    };
    const amounts = { quota: { bytes: 10_000_000_000, files: 1000 }, rate: { up: 1_000_000 } };
    const { users, anonymous, ftp } = parse({
      users: [{ name: "ann", password: "a", ...settings }],
      anonymous: settings,
      ftp: { limits: { rate: { up: "1 GB" }, sessionRate: { down: "1 MB" } } },
    });
    expect(users).toEqual([{ name: "ann", password: "a", ...settings, ...amounts }]);
    expect(anonymous).toEqual({ ...settings, ...amounts });
    expect(ftp).toEqual({ limits: { rate: { up: 1e9 }, sessionRate: { down: 1e6 } } });
  });
});

describe("the flags override it", () => {
  const base = parse({
    root: "/srv",
    host: "0.0.0.0",
    users: [
      { name: "ann", password: "a", permission: "rw", sessions: 3 },
      { name: "bob", password: "b" },
    ],
    tls: { cert: "/c", key: "/k", required: true },
    ftp: {
      port: 21,
      limits: { idleTimeout: 10, sessions: 5 },
      passive: { publicAddress: "192.0.2.1" },
      ban: false,
    },
    tftp: { port: 69, limits: { blockSize: 512 } },
    log: { form: "json", file: "/l" },
    metrics: { port: 1, host: "::1" },
    onUpload: { command: ["a"], parallel: 2 },
    drainTimeout: 1,
  });

  it("and leave what they do not name", () => {
    expect(withFlags(base, undefined, {})).toEqual(base);
  });

  it.each<[ServeFlags, object]>([
    [{ host: "::" }, { host: "::" }],
    [{ ftpPort: 0 }, { ftp: { ...Object(base.ftp), port: 0 } }],
    [{ ftpsPort: 990 }, { ftp: { ...Object(base.ftp), implicitTlsPort: 990 } }],
    [{ ftp: false }, { ftp: false }],
    [{ ftp: false, ftpsPort: 1 }, { ftp: { ...Object(base.ftp), port: false, implicitTlsPort: 1 } }],
    [{ tftp: false }, { tftp: false }],
    [{ tftpPort: 7 }, { tftp: { port: 7, limits: { blockSize: 512 } } }],
    [{ anonymous: false }, { anonymous: false }],
    [{ idleTimeout: 7 }, { ftp: { ...Object(base.ftp), limits: { idleTimeout: 7000, sessions: 5 } } }],
    [{ banAfter: 3 }, { ftp: { ...Object(base.ftp), ban: { failures: 3 } } }],
    [{ banAfter: 0 }, { ftp: { ...Object(base.ftp), ban: false } }],
    [
      { passivePorts: [5, 6] },
      { ftp: { ...Object(base.ftp), passive: { publicAddress: "192.0.2.1", ports: [5, 6] } } },
    ],
    [{ tlsSelfSigned: true }, { tls: { required: true, selfSigned: true } }],
    [{ requireSessionReuse: true }, { tls: { ...base.tls, sessionReuse: "require" } }],
    [{ log: "pretty" }, { log: { form: "pretty", file: "/l" } }],
    [{ logFile: "/m" }, { log: { form: "json", file: "/m" } }],
    [{ xferlog: "/x" }, { xferlog: "/x" }],
    [{ metricsPort: 5 }, { metrics: { host: "::1", port: 5 } }],
    [{ onUpload: "scan  --fast" }, { onUpload: { command: ["scan", "--fast"], parallel: 2 } }],
    [{ drainTimeout: 9 }, { drainTimeout: 9000 }],
    [{ workers: 3 }, { workers: 3 }],
    [{ workers: "auto" }, { workers: "auto" }],
    [
      {
        user: [
          { name: "ann", password: "new" },
          { name: "cyd", password: "c", permission: "rw" },
        ],
      },
      {
        users: [
          { name: "bob", password: "b" },
          { name: "ann", password: "new", permission: "ro", sessions: 3 },
          { name: "cyd", password: "c", permission: "rw" },
        ],
      },
    ],
  ])("%j", (flags, changes) => {
    expect(withFlags(base, undefined, flags)).toEqual({ ...base, ...changes });
  });

  it("sessions are limited for FTP and TFTP", () => {
    expect(withFlags(base, "/d", { maxSessions: 9, maxSessionsPerAddress: 2 })).toMatchObject({
      root: "/d",
      ftp: { limits: { idleTimeout: 10_000, sessions: 9, sessionsPerAddress: 2 } },
      tftp: { limits: { blockSize: 512, sessions: 9, sessionsPerAddress: 2 } },
    });
  });
});

describe("its JSON Schema", () => {
  it("is printed with descriptions, and forbids what is unknown", () => {
    const schema = configSchema() as { properties: Record<string, { description?: string }> };
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(schema.properties.root?.description).toMatch(/directory to serve/);
    expect(JSON.stringify(schema)).toContain('"idleTimeout"');
  });

  it("the README's example is one", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const example = /```json\n(\{\n {2}"\$schema"[\s\S]*?)```/.exec(readme)?.[1] ?? "";
    expect(parseConfig(example, "README.md")).toMatchObject({ root: "/srv/files", drainTimeout: 60_000 });
  });
});

it.each([
  ["anonymus", "anonymous"],
  ["idle-timeout", "idleTimeout"],
  ["IDLETIMEOUT", "idleTimeout"],
  ["prot", "port"],
  ["idle", "idleTimeout"],
  ["zzz", undefined],
  ["x".repeat(100_000), undefined],
])("the name nearest to %.20s", (word, known) => {
  expect(nearest(word, ["anonymous", "idleTimeout", "port", "host"])).toBe(known);
});
