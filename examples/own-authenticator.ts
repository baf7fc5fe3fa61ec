// Users from a place of one's own, a home for each, and something that happens when an upload is complete.
//
//   npx tsx examples/own-authenticator.ts
//   echo data | curl -T - ftp://camera7:token-7@127.0.0.1:2121/picture.jpg
import { createHash, timingSafeEqual } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { FileStore } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type Authenticator, createFtpServer, type ServerUser } from "@longshore/ftp-server";

/** In place of a database, an LDAP directory or a web service. */
async function tokenOf(name: string): Promise<string | undefined> {
  const device = /^camera(\d)$/.exec(name);
  return device === null ? undefined : `token-${device[1]}`;
}

const authenticate: Authenticator = async ({ username, password, remoteAddress }) => {
  const token = await tokenOf(username);
  // The comparison takes the same time for a wrong password as for a name that nobody knows.
  const isRight = equal(password.reveal(), token ?? "") && token !== undefined;
  if (!isRight) console.log(`${username} from ${remoteAddress} was turned away`);
  return isRight
    ? { result: "accepted", user: { name: username, permission: ["list", "read", "write"] } }
    : { result: "refused" };
};

function equal(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** A port, 0 for any, and what is to happen with each upload. */
export async function main(
  port = 2121,
  onUpload: (user: string, path: string, size: number, digest: string) => void = tell,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const homes = new Map<string, FileStore>();
  const server = createFtpServer({
    port,
    authenticators: [authenticate],
    /** Each user sees a store of its own and no other. */
    store({ name }: ServerUser) {
      const home = homes.get(name) ?? createMemoryStore({ limits: { bytes: 10_000_000 } });
      homes.set(name, home);
      return home;
    },
    hooks: {
      /** Pictures and nothing else; the client gets a 553. */
      beforeUpload: ({ path }) => path.endsWith(".jpg"),
      /** The file stands under its name, whole: what a client left half done never comes here. */
      async afterUpload({ user, path, size = 0, hash }) {
        onUpload(user, path, size, await hash("sha256"));
      },
    },
    onEvent(event) {
      // What a hook throws hurts no session; it is told here.
      if (event.type === "hook-failed") console.error(event.hook, event.error);
    },
  });
  const address = await server.listen();
  console.log(`ftp://127.0.0.1:${address.port}/`);
  return { port: address.port, close: () => server.close() };
}

function tell(user: string, path: string, size: number, digest: string): void {
  console.log(`${user} has put ${path}, ${size} bytes, SHA-256 ${digest}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
