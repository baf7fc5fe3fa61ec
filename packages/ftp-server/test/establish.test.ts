import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { readAll } from "./support/client.ts";
import { files, start } from "./support/server.ts";

describe("ESTA/ESTP (off by default)", () => {
  it("are 502, and not in HELP or FEAT", async () => {
    const client = await (await start()).client();
    expect(await client.code("ESTA")).toBe(502);
    expect(await client.code("ESTP")).toBe(502);
    expect(await client.command("FEAT")).not.toMatch(/ EST[AP]/);
  });

  it("ESTP tells from where the client has connected, and the transfer takes that connection", async () => {
    const client = await (await start({ allowEstablishing: true })).client();
    expect(await client.command("FEAT")).toMatch(/ESTA\n ESTP/);
    expect(await client.code("ESTP")).toBe(503);
    const data = await client.passive();
    const told = `225 Connected to (|1|127.0.0.1|${data.localPort}|)`;
    expect(await client.command("ESTP")).toBe(told);
    expect(await client.command("ESTP")).toBe(told);
    expect(await client.code("ESTA")).toBe(503);
    const content = readAll(data);
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await content).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    expect(await client.code("ESTP")).toBe(503);
  });

  it("ESTA connects at once, and tells from where; both ways of transfer take that connection", async () => {
    const running = await start({ allowEstablishing: true, active: { localPort: "adjacent" } });
    const client = await running.client();
    expect(await client.code("ESTA")).toBe(503);
    const listener = createServer({ allowHalfOpen: true });
    await once(listener.listen(0, "127.0.0.1"), "listening");
    const { port } = listener.address() as AddressInfo;
    for (const line of ["STOR there", "RETR there"]) {
      const connected = once(listener, "connection") as Promise<[Socket]>;
      expect(await client.code(`EPRT |1|127.0.0.1|${port}|`)).toBe(200);
      const answer = await client.command("ESTA");
      const [data] = await connected;
      expect(answer).toBe(`225 Connected from (|1|127.0.0.1|${data.remotePort}|)`);
      expect(await client.command("ESTA")).toBe(answer);
      expect(await client.code("ESTP")).toBe(503);
      expect(await client.code(line)).toBe(150);
      if (line.startsWith("STOR")) data.end("moved");
      else expect(await readAll(data)).toBe("moved");
      expect(await client.reply()).toMatch(/^226/);
      data.destroy();
    }
    listener.close();
  });

  it("what cannot be established is 425, by time, by a refusal and by ABOR", async () => {
    const client = await (await start({ allowEstablishing: true, limits: { dataTimeout: 100 } })).client();
    const port = await client.passivePort();
    expect(await client.code("ESTP")).toBe(425);
    await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
    expect(await client.code(`EPRT |1|127.0.0.1|${port}|`)).toBe(200);
    expect(await client.code("ESTA")).toBe(425);
    const patient = await (await start({ allowEstablishing: true })).client();
    await patient.passivePort();
    patient.write("ESTP\r\nABOR\r\n");
    expect(await patient.reply()).toMatch(/^425/);
    expect(await patient.reply()).toMatch(/^22[56]/);
  });

  it("a connection that was established is closed by the next PASV and at the session's end", async () => {
    const client = await (await start({ allowEstablishing: true })).client();
    const first = await client.passive();
    first.resume();
    expect(await client.code("ESTP")).toBe(225);
    await client.passivePort();
    await once(first, "close");
    const second = await client.passive();
    second.resume();
    expect(await client.code("ESTP")).toBe(225);
    client.write("QUIT\r\n");
    await once(second, "close");
  });
});
