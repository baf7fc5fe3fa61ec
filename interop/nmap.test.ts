// nmap's scripts over our FTP server, as those run them who look for open doors.
import { symlinkSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { environment, program } from "./peers/programs.ts";
import { succeed } from "./support/exec.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { type Served, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

let served: Served;
let data: string;

describeWith("nmap's scripts over our FTP server", ["nmap"], () => {
  beforeAll(async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "hello.txt"), "hello\n");
    served = await serve(folder, "--no-tftp", "--ftps-port", "0", "--tls-self-signed");
    // The scripts go by the name of the service, which nmap takes from its own table of ports.
    data = await newFolder();
    const original = environment().NMAPDIR ?? "/usr/share/nmap";
    for (const name of await readdir(original))
      if (name !== "nmap-services") symlinkSync(join(original, name), join(data, name));
    const { ftp, ftps } = served.ports;
    await writeFile(join(data, "nmap-services"), `ftp ${ftp}/tcp 0.9\nftps ${ftps}/tcp 0.9\n`);
  });

  afterAll(async () => {
    expect((await served.stop()).code).toBe(0);
    await removeFolders();
  });

  /** What nmap says of each port, and all that it says. */
  async function scan(
    script: string,
    ...more: string[]
  ): Promise<{ readonly ports: readonly string[]; readonly output: string }> {
    const { ftp, ftps } = served.ports;
    const { output } = await succeed(program("nmap"), [
      ...["-n", "-Pn", "--datadir", data, "-p", `${ftp},${ftps}`, "--script", script, ...more, "127.0.0.1"],
    ]);
    expect(output).not.toContain("ERROR");
    const ports = output.split(/^(?=\d+\/tcp)/m).slice(1);
    expect(ports).toHaveLength(2);
    return { ports, output };
  }

  it("ftp-anon finds the anonymous login and lists over it, in clear and over TLS", async () => {
    for (const text of (await scan("ftp-anon")).ports) {
      expect(text).toContain("Anonymous FTP login allowed (FTP code 230)");
      expect(text).toMatch(/-rw\S+ .* 6 .* hello\.txt/);
    }
  });

  it("ftp-bounce finds no bounce", async () => {
    const { output } = await scan("ftp-bounce", "--script-args", "ftp-bounce.checkhost=192.0.2.1");
    expect(output.match(/PORT response: 500/g)).toHaveLength(2);
    expect(output).not.toContain("bounce working");
  });

  it("ftp-syst gets SYST and STAT answered", async () => {
    // It prints only what is out of the ordinary: the trace has the rest.
    const { output } = await scan("ftp-syst", "--script-trace");
    expect(output).toContain("215 UNIX Type: L8");
    expect(output).toMatch(/READ SUCCESS.*: 530 Log in/);
  });

  it("ssl-enum-ciphers finds TLS 1.2 and 1.3 only, all strong, behind AUTH TLS and from the first byte", async () => {
    for (const text of (await scan("ssl-enum-ciphers")).ports) {
      expect(text.match(/(?:TLS|SSL)v[\d.]+/g)).toEqual(["TLSv1.2", "TLSv1.3"]);
      expect(text).toContain("least strength: A");
      expect(text).not.toContain("warnings");
    }
  });
});
