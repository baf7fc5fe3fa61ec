import { createServer } from "node:net";
import { createConnectionMemory, FtpClient, type FtpClientOptions, FtpPool } from "@longshore/ftp-client";
import { afterEach, describe, expect, it } from "vitest";
import { certificate, type Peer, type ScriptedServer, startScripted } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const stage = createStage();
const login = { host: "127.0.0.1", user: "ann", password: "wonderland" } as const;
const plainLists = { quirks: { listHidden: false } } as const;

let servers: ScriptedServer[] = [];
afterEach(async () => {
  const closing = servers;
  servers = [];
  for (const server of closing) await server.close();
});

async function scripted(...scripts: ((peer: Peer) => Promise<void>)[]): Promise<ScriptedServer> {
  const server = await startScripted(...scripts);
  servers.push(server);
  return server;
}

/** A listing by the first of `modes` that `peer` lets pass: EPSV leads to a closed port, PASV works. */
async function listByPasv(peer: Peer, ...refused: readonly "EPSV"[]): Promise<void> {
  const closed = await closedPort();
  for (const verb of refused) await peer.expect(verb, `229 Extended (|||${closed}|)`);
  const { socket } = await peer.passive("PASV");
  await peer.expect("LIST", "150 Here.");
  (await socket).end();
  await peer.send("226 Done.\r\n");
}

describe("connection plans", () => {
  it("a declared plan of data modes is tried in its order", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("EPRT", "500 What?");
        await peer.expect("PORT", "500 Not here.");
        await peer.expect("EPSV", "502 No.");
        await listByPasv(peer);
      },
      { dataModes: ["EPRT", "PORT", "EPSV", "PASV"], ...plainLists },
    );
    expect(await ftp.list().toArray()).toEqual([]);
    expect(ftp.dataMode).toBe("PASV");
  });

  it("can be another one from some transfer on", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("EPSV", "502 No.");
        await peer.expect("PORT", "502 No.");
        await peer.expect("EPSV", "502 No.");
        await peer.expect("PASV", "502 No.");
      },
      { dataModes: ["EPSV"], ...plainLists },
    );
    const refused = async (): Promise<string> => (await failure(ftp.list().toArray())).code;
    expect(await refused()).toBe("data-open-failed");
    ftp.setDataModes(["PORT"]);
    expect(await refused()).toBe("data-open-failed");
    ftp.setDataModes("passive");
    expect(await refused()).toBe("data-open-failed");
  });

  it.each([
    ["passive", ["EPSV", "PASV"]],
    ["active", ["EPRT", "PORT"]],
  ] as const)("%s is short for %j", async (dataModes, verbs) => {
    const ftp = await stage.connect(
      async (peer) => {
        for (const verb of verbs) await peer.expect(verb, "502 No.");
      },
      { dataModes, ...plainLists },
    );
    const error = await failure(ftp.list().toArray());
    expect(error.code).toBe("data-open-failed");
    for (const verb of verbs) expect(error.message).toContain(`${verb}: answered "502 No."`);
  });

  it("EPSV → PASV fallback, also when the EPSV connection fails; remembered in the session", async () => {
    const ftp = await stage.connect(async (peer) => {
      await listByPasv(peer, "EPSV");
      await listByPasv(peer);
    }, plainLists);
    await ftp.list().toArray();
    await ftp.list().toArray();
    expect(ftp.dataMode).toBe("PASV");
  });

  it("remembered per host: the next client with the same memory begins with what worked", async () => {
    const memory = createConnectionMemory();
    const welcomed =
      (script: (peer: Peer) => Promise<void>) =>
      async (peer: Peer): Promise<void> => {
        await peer.welcome();
        await script(peer);
      };
    const server = await scripted(
      welcomed((peer) => listByPasv(peer, "EPSV")),
      welcomed((peer) => listByPasv(peer)),
      welcomed((peer) => listByPasv(peer, "EPSV")),
    );
    for (const own of [memory, memory, createConnectionMemory()]) {
      const client = await FtpClient.connect({ ...login, port: server.port, memory: own, ...plainLists });
      expect(await client.list().toArray()).toEqual([]);
      client.destroy();
    }
  });

  it("a pool's sessions share what they learn", async () => {
    let first = true;
    const server = await scripted(async (peer) => {
      await peer.welcome();
      const refused = first ? (["EPSV"] as const) : [];
      first = false;
      await listByPasv(peer, ...refused);
      await peer.expect("QUIT", "221 Bye.");
    });
    const pool = await FtpPool.connect({ ...login, port: server.port, ...plainLists });
    await pool.list("/").toArray();
    // The session that learnt it is taken: the next call opens another.
    await pool.use(async () => {
      await pool.list("/").toArray();
    });
    expect(pool.sessions).toBe(2);
    await pool.close();
    expect(server.lines.filter((line) => line === "EPSV")).toHaveLength(1);
  });

  it("a server that takes PORT and never connects is asked for another mode next time", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        await peer.expect("PORT", "200 Ok.");
        await peer.expect("LIST", "150 Here.");
        await peer.expect("ABOR", "426 Given up.", "226 Done.");
        await listByPasv(peer);
      },
      { dataModes: ["PORT", "PASV"], timeouts: { "data-open": 50 }, ...plainLists },
    );
    expect((await failure(ftp.list().toArray())).code).toBe("data-open-failed");
    expect(await ftp.list().toArray()).toEqual([]);
  });

  it("what was learnt is kept for so many hosts, names in any case", () => {
    const memory = createConnectionMemory({ maxHosts: 2 });
    memory.demotedModes("A.example", 0).add("EPSV");
    memory.keepPlan("a.EXAMPLE", 1);
    expect([...memory.demotedModes("a.example", 0)]).toEqual(["EPSV"]);
    expect([...memory.demotedModes("a.example", 1)]).toEqual([]);
    expect(memory.planOf("A.EXAMPLE")).toBe(1);
    memory.keepPlan("b", 0);
    memory.keepPlan("c", 0);
    expect(memory.planOf("a.example")).toBeUndefined();
  });
});

describe("plans for the way to the server", () => {
  const tls = { ca: certificate } as const;
  const plain = async (peer: Peer): Promise<void> => {
    await peer.welcome();
    await peer.expect("PWD", '257 "/"');
  };
  const refusing = async (peer: Peer): Promise<void> => {
    await peer.send("220 Ready.\r\n");
    await peer.expect("AUTH TLS", "502 No TLS here.");
  };

  it("TLS and port, tried in a declared order and remembered per host", async () => {
    const memory = createConnectionMemory();
    const server = await scripted(refusing, plain, plain);
    const options: FtpClientOptions = {
      ...login,
      port: await closedPort(),
      memory,
      plans: [
        { tls: { ...tls, mode: "implicit" } },
        { port: server.port, tls: { ...tls, mode: "explicit" } },
        { port: server.port },
      ],
    };
    for (const _ of [1, 2]) {
      const client = await FtpClient.connect(options);
      expect(client.plan).toBe(2);
      expect(client.isSecure).toBe(false);
      expect(await client.pwd()).toBe("/");
      client.destroy();
    }
    expect(server.lines.filter((line) => line === "AUTH TLS")).toHaveLength(1);
  });

  it("a plan that was refused TLS sends no name and no password", async () => {
    const server = await scripted(refusing);
    const error = await failure(
      FtpClient.connect({
        ...login,
        port: server.port,
        plans: [{ tls: "explicit" }, { port: await closedPort() }],
      }),
    );
    expect(error.code).toBe("connect-failed");
    expect(error.message).toContain("none of 2 plans");
    expect(error.message).toContain("No TLS here.");
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.retryable).toBe(true);
    expect(server.lines).toEqual(["AUTH TLS"]);
  });

  it("a refused login is no reason for the next plan", async () => {
    const server = await scripted(async (peer) => {
      await peer.send("220 Ready.\r\n");
      await peer.expect("USER", "530 Not you.");
    });
    const options = { ...login, port: server.port, plans: [{}, { tls: "explicit" }] } as const;
    expect((await failure(FtpClient.connect(options))).code).toBe("login-failed");
    expect(server.lines).toEqual(["USER ann"]);
  });

  it("no plan at all, and one that cannot be, are the caller's mistakes", async () => {
    expect((await failure(FtpClient.connect({ ...login, plans: [] }))).code).toBe("bad-argument");
    const wrong = await failure(FtpClient.connect({ ...login, plans: [{ port: 70_000 }, {}] }));
    expect(wrong.code).toBe("bad-argument");
  });
});

/** A port on which nobody listens. */
function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
