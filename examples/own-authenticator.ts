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
  onUpload: (user: string, path: string, bytes: number) => void = tell,
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
    onEvent(event) {
      if (event.type !== "transfer-end" || event.transfer.kind !== "store") return;
      // Only `done` has been committed: what a client left half done was never there.
      if (event.outcome === "done") onUpload(event.session.user ?? "", event.transfer.path, event.bytes);
    },
  });
  const address = await server.listen();
  console.log(`ftp://127.0.0.1:${address.port}/`);
  return { port: address.port, close: () => server.close() };
}

function tell(user: string, path: string, bytes: number): void {
  console.log(`${user} has put ${path}, ${bytes} bytes`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
