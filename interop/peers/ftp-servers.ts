import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generate } from "selfsigned";
import { type Daemon, freePort, startDaemon } from "./process.ts";
import { environment, type ProgramName, program } from "./programs.ts";

/** An FTP server of someone else with one user who may do everything below `directory`. */
export interface FtpPeer extends Omit<Daemon, "host"> {
  readonly host: "127.0.0.1" | "::1";
  readonly user: string;
  readonly password: string;
  /** A directory on disk in which the user may do everything … */
  readonly directory: string;
  /** … and its path for an FTP client, without a slash at the end: empty when it is the root. */
  readonly path: string;
  /** Certificate that its explicit TLS shows, in PEM; the name in it is `localhost`. */
  readonly certificate: string;
}

/** What a scenario needs of a server beyond the usual. */
export interface FtpServerOptions {
  /** Listens on ::1 in place of 127.0.0.1. */
  readonly family?: 4 | 6;
  /** TLS from the first byte, where the server has it; explicit TLS unless told. */
  readonly implicit?: boolean;
  readonly passivePorts?: PortRange;
  /** Data connections may go to and come from another host than the client, also with a TLS session of their own. */
  readonly foreign?: boolean;
}

export type PortRange = readonly [first: number, last: number];

interface Place {
  readonly host: "127.0.0.1" | "::1";
  readonly implicit: boolean;
  readonly passivePorts: PortRange | undefined;
  readonly foreign: boolean;
  readonly work: string;
  readonly directory: string;
  readonly port: number;
  readonly key: string;
  readonly certificate: string;
  /** Key and certificate in one file. */
  readonly both: string;
}

interface FtpServerPeer {
  readonly needs: readonly ProgramName[];
  /** It knows TLS from the first byte. */
  readonly implicit: boolean;
  start(place: Place): Promise<{ daemon: Daemon; user: string; password: string; path: string }>;
}

export type FtpServerName = "vsftpd" | "ProFTPD" | "Pure-FTPd" | "pyftpdlib";

/** "secret" in the old MD5 form: with the hash that Pure-FTPd makes by itself a login takes seconds of processor time. */
const secretHash = "$1$longshor$3BckGe9h3jCM2PMAIet8O1";

/** Which programs each server needs, and how it is started: on a free port, writable, with explicit TLS. */
export const ftpServers: Readonly<Record<FtpServerName, FtpServerPeer>> = {
  vsftpd: {
    needs: ["vsftpd"],
    implicit: true,
    async start({ host, implicit, passivePorts, foreign, work, directory, port, both }) {
      // Local users would need PAM: the anonymous user may do everything here.
      const empty = join(work, "empty");
      mkdirSync(empty);
      chmodSync(directory, 0o777);
      const config = join(work, "vsftpd.conf");
      const lines = {
        ...(host === "::1"
          ? { listen: "NO", listen_ipv6: "YES", listen_address6: host }
          : { listen: "YES", listen_address: host, pasv_address: host }),
        ...(implicit ? { implicit_ssl: "YES" } : {}),
        ...(passivePorts === undefined
          ? {}
          : { pasv_min_port: passivePorts[0], pasv_max_port: passivePorts[1] }),
        listen_port: port,
        background: "NO",
        anonymous_enable: "YES",
        local_enable: "NO",
        write_enable: "YES",
        anon_upload_enable: "YES",
        anon_mkdir_write_enable: "YES",
        anon_other_write_enable: "YES",
        anon_umask: "022",
        anon_world_readable_only: "NO",
        // A chrooted anonymous root must not be writable: the files lie one level below it.
        anon_root: work,
        no_anon_password: "NO",
        allow_writeable_chroot: "YES",
        secure_chroot_dir: empty,
        ftp_username: "daemon",
        nopriv_user: "nobody",
        seccomp_sandbox: "NO",
        isolate_network: "NO",
        use_localtime: "NO",
        xferlog_enable: "NO",
        max_per_ip: 0,
        ssl_enable: "YES",
        allow_anon_ssl: "YES",
        force_local_data_ssl: "NO",
        force_local_logins_ssl: "NO",
        ...(foreign ? { pasv_promiscuous: "YES", port_promiscuous: "YES" } : {}),
        require_ssl_reuse: foreign ? "NO" : "YES",
        ssl_tlsv1: "YES",
        ssl_ciphers: "HIGH",
        rsa_cert_file: both,
        rsa_private_key_file: both,
      };
      writeFileSync(
        config,
        Object.entries(lines)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(""),
      );
      const daemon = await startDaemon("vsftpd", program("vsftpd"), [config], port, { host });
      return { daemon, user: "anonymous", password: "someone@example.org", path: "/files" };
    },
  },
  ProFTPD: {
    needs: ["proftpd", "proftpd-tls"],
    implicit: true,
    async start({ host, implicit, passivePorts, foreign, work, directory, port, key, certificate }) {
      const users = join(work, "passwd");
      writeFileSync(users, `tester:${secretHash}:65534:65534::${directory}:/bin/sh\n`, { mode: 0o600 });
      const config = join(work, "proftpd.conf");
      writeFileSync(
        config,
        `ModulePath ${dirname(program("proftpd-tls"))}
LoadModule mod_tls.c
ServerName "peer"
ServerType standalone
DefaultAddress ${host}
UseIPv6 ${host === "::1" ? "on" : "off"}
${passivePorts === undefined ? "" : `PassivePorts ${passivePorts.join(" ")}`}
${implicit ? "TLSOptions UseImplicitSSL" : ""}
${foreign ? "AllowForeignAddress on\nTLSOptions NoSessionReuseRequired" : ""}
UseReverseDNS off
Port ${port}
SocketBindTight on
User nobody
Group nogroup
PidFile ${work}/proftpd.pid
ScoreboardFile ${work}/scoreboard
DelayEngine off
SystemLog ${work}/system.log
WtmpLog off
TransferLog none
RequireValidShell off
AuthOrder mod_auth_file.c
AuthUserFile ${users}
DefaultRoot ~
AllowOverwrite on
AllowStoreRestart on
AllowRetrieveRestart on
Umask 022
TimesGMT on
MaxInstances 60
<Directory />
  AllowOverwrite on
</Directory>
TLSEngine on
TLSRequired off
TLSRSACertificateFile ${certificate}
TLSRSACertificateKeyFile ${key}
TLSLog ${work}/tls.log
`,
      );
      const daemon = await startDaemon("ProFTPD", program("proftpd"), ["-n", "-q", "-c", config], port, {
        host,
      });
      return { daemon, user: "tester", password: "secret", path: "" };
    },
  },
  "Pure-FTPd": {
    needs: ["pure-ftpd", "pure-pw"],
    implicit: false,
    async start({ host, passivePorts, foreign, work, directory, port, both }) {
      const users = join(work, "pureftpd.passwd");
      const database = join(work, "pureftpd.pdb");
      writeFileSync(users, `tester:${secretHash}:65534:65534::${directory}/./::::::::::::\n`, {
        mode: 0o600,
      });
      const made = spawnSync(program("pure-pw"), ["mkdb", database, "-f", users], {
        env: environment(),
        encoding: "utf8",
      });
      if (made.status !== 0) throw new Error(`pure-pw made no database: ${made.stderr}${made.stdout}`);
      const daemon = await startDaemon(
        "Pure-FTPd",
        program("pure-ftpd"),
        [
          ...[
            "-S",
            `${host},${port}`,
            "-l",
            `puredb:${database}`,
            "-E",
            "-H",
            ...(host === "::1" ? [] : ["-4"]),
            ...(foreign ? ["-w"] : []),
            ...(passivePorts === undefined ? [] : ["-p", passivePorts.join(":")]),
            "-c",
            "60",
            "-C",
            "60",
          ],
          ...["-g", join(work, "pure.pid"), "-L", "20000:20", "-u", "100", "-Y", "1", `--certfile=${both}`],
        ],
        port,
        { host },
      );
      return { daemon, user: "tester", password: "secret", path: "" };
    },
  },
  pyftpdlib: {
    needs: ["python3", "pyftpdlib", "python3-openssl"],
    implicit: true,
    async start({ host, implicit, passivePorts, foreign, work, directory, port, both }) {
      const script = join(work, "server.py");
      writeFileSync(
        script,
        `from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer
authorizer = DummyAuthorizer()
authorizer.add_user("tester", "secret", ${JSON.stringify(directory)}, perm="elradfmwMT")
class Handler(TLS_FTPHandler):
    permit_foreign_addresses = ${foreign ? "True" : "False"}
    certfile = ${JSON.stringify(both)}
    passive_ports = ${passivePorts === undefined ? "None" : `range(${passivePorts[0]}, ${passivePorts[1] + 1})`}
    def handle(self):
        if ${implicit ? "True" : "False"}:
            self.secure_connection(self.get_ssl_context())
        super().handle()
Handler.authorizer = authorizer
FTPServer((${JSON.stringify(host)}, ${port}), Handler).serve_forever()
`,
      );
      const daemon = await startDaemon("pyftpdlib", program("python3"), ["-W", "ignore", script], port, {
        host,
      });
      return { daemon, user: "tester", password: "secret", path: "" };
    },
  },
};

/** Takes a second to make, and servers are many. */
let certificateForAll: ReturnType<typeof generate> | undefined;

/** Starts one of them over a new empty directory. */
export async function startFtpServer(
  name: FtpServerName,
  { family = 4, implicit = false, foreign = false, passivePorts }: FtpServerOptions = {},
): Promise<FtpPeer> {
  const work = mkdtempSync(join(tmpdir(), "longshore-peer-"));
  chmodSync(work, 0o755);
  const directory = join(work, "files");
  mkdirSync(directory);
  chmodSync(directory, 0o777);
  if (process.getuid?.() === 0) chownSync(directory, 65534, 65534);
  certificateForAll ??= generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
  const made = await certificateForAll;
  const key = join(work, "key.pem");
  const certificate = join(work, "certificate.pem");
  const both = join(work, "both.pem");
  writeFileSync(key, made.private, { mode: 0o600 });
  writeFileSync(certificate, made.cert);
  writeFileSync(both, `${made.private}\n${made.cert}`, { mode: 0o600 });
  const host = family === 6 ? "::1" : "127.0.0.1";
  const files = { work, directory, key, certificate, both };
  const place: Place = { host, implicit, passivePorts, foreign, port: await freePort(), ...files };
  const { daemon, user, password, path } = await ftpServers[name].start(place);
  return {
    ...daemon,
    host,
    user,
    password,
    directory,
    path,
    certificate: made.cert,
    async stop() {
      await daemon.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
