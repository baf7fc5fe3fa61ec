import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A control connection by hand: bytes out as they are, replies in as lines. For what no client would send. */
export interface Control {
  readonly socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** The next whole reply, its lines joined by line feeds; rejects when none comes in twenty seconds. */
  reply(): Promise<string>;
  /** Sends a line and answers its reply. */
  command(line: string): Promise<string>;
  /** The code alone. */
  code(line: string): Promise<number>;
  login(user?: string, password?: string): Promise<void>;
  /** Opens a passive data connection. */
  passive(): Promise<Socket>;
  /** Everything that comes until the server closes the connection. */
  rest(): Promise<string>;
  close(): void;
}

/** @param localAddress where it comes from: an address of 127.0.0.0/8 is another host for the server */
export async function openControl(port: number, host = "127.0.0.1", localAddress?: string): Promise<Control> {
  const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
  await once(socket, "connect");
  return controlOver(socket, host);
}

/** The same over a connection that is there already, with TLS for instance. */
export function controlOver(socket: Socket, host = "127.0.0.1"): Control {
  let received = "";
  let wake: (() => void) | undefined;
  let ended = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    wake?.();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    ended = true;
    wake?.();
  });

  const control: Control = {
    socket,
    write(bytes) {
      socket.write(bytes);
    },
    async reply() {
      const until = Date.now() + 20_000;
      for (;;) {
        const whole = /^(\d{3}) [^\n]*\n|^(\d{3})-[\s\S]*?\n\2 [^\n]*\n/.exec(received);
        if (whole !== null) {
          received = received.slice(whole[0].length);
          return whole[0].replaceAll("\r", "").trimEnd();
        }
        if (ended) throw new Error(`the server closed the connection; unread: ${JSON.stringify(received)}`);
        const left = until - Date.now();
        if (left <= 0)
          throw new Error(`no reply in twenty seconds; unread: ${JSON.stringify(received.slice(0, 300))}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    command(line) {
      socket.write(`${line}\r\n`);
      return control.reply();
    },
    async code(line) {
      return Number((await control.command(line)).slice(0, 3));
    },
    async login(user = "tester", password = "secret") {
      await control.reply();
      await control.command(`USER ${user}`);
      const reply = await control.command(`PASS ${password}`);
      if (!reply.startsWith("230")) throw new Error(`login failed: ${reply}`);
      await control.command("TYPE I");
    },
    async passive() {
      const reply = await control.command("EPSV");
      const dataPort = Number(/\|(\d+)\|\)/.exec(reply)?.[1]);
      if (!Number.isInteger(dataPort)) throw new Error(`no passive port: ${reply}`);
      const data = connect(dataPort, host);
      data.on("error", () => {});
      await once(data, "connect");
      return data;
    },
    async rest() {
      while (!ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const all = received;
      received = "";
      return all;
    },
    close() {
      socket.destroy();
    },
  };
  return control;
}
