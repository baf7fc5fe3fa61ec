import { program } from "../peers/programs.ts";
import { type Executed, succeed } from "../support/exec.ts";
import type { FtpClientPeer, Target } from "./client.ts";

/** Python's own client, through a script that takes one operation. */
export const ftplib: FtpClientPeer = {
  needs: ["python3"],
  tls: true,
  async get(target, remote, local) {
    await run(target, "get", remote, local);
  },
  async list(target, directory) {
    const { text } = await run(target, "list", directory);
    return JSON.parse(text) as string[];
  },
  async put(target, local, remote) {
    await run(target, "put", local, remote);
  },
  async resumeGet(target, remote, local) {
    await run(target, "resume-get", remote, local);
  },
  async resumePut(target, local, remote) {
    await run(target, "resume-put", local, remote);
  },
  async rename(target, from, to) {
    await run(target, "rename", from, to);
  },
  async remove(target, path) {
    await run(target, "remove", path);
  },
  async size(target, remote) {
    const { text } = await run(target, "size", remote);
    return Number(text);
  },
};

const script = `
import ftplib, json, os, ssl, sys
host, port, user, password, certificate, operation, *args = sys.argv[1:]
if certificate:
    ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=certificate), encoding="utf-8")
else:
    ftp = ftplib.FTP(encoding="utf-8")
ftp.connect(host, int(port), timeout=20)
ftp.login(user, password)
if certificate:
    ftp.prot_p()
def size(path):
    ftp.voidcmd("TYPE I")
    return ftp.size(path)
if operation == "get":
    with open(args[1], "wb") as file:
        ftp.retrbinary("RETR " + args[0], file.write)
elif operation == "resume-get":
    with open(args[1], "ab") as file:
        ftp.retrbinary("RETR " + args[0], file.write, rest=os.path.getsize(args[1]))
elif operation == "put":
    with open(args[0], "rb") as file:
        ftp.storbinary("STOR " + args[1], file)
elif operation == "resume-put":
    with open(args[0], "rb") as file:
        rest = size(args[1])
        file.seek(rest)
        ftp.storbinary("STOR " + args[1], file, rest=rest)
elif operation == "list":
    names = [name for name, facts in ftp.mlsd(args[0]) if facts["type"] in ("file", "dir")]
    plain = sorted(name.rsplit("/", 1)[-1] for name in ftp.nlst(args[0]))
    assert sorted(names) == plain, (names, plain)
    print(json.dumps(names))
elif operation == "rename":
    ftp.rename(args[0], args[1])
elif operation == "remove":
    ftp.delete(args[0])
elif operation == "size":
    print(size(args[0]))
ftp.quit()
`;

function run(
  { host, port, user, password, tls }: Target,
  operation: string,
  ...args: string[]
): Promise<Executed> {
  const place = tls === undefined ? [host, String(port)] : ["localhost", String(port)];
  return succeed(program("python3"), [
    "-c",
    script,
    ...place,
    user,
    password,
    tls?.certificateFile ?? "",
    operation,
    ...args,
  ]);
}
