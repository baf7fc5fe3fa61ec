import { once } from "node:events";
import { connect } from "node:net";

/** A control connection by hand: what a server says word for word. */
export interface Control {
  /** The next line. */
  line(): Promise<string>;
  /** Sends a command and answers the reply's only line. */
  send(command: string): Promise<string>;
  /** Settles when the server has closed it. */
  readonly closed: Promise<unknown>;
  end(): void;
}

export async function openControl(port: number, host = "127.0.0.1"): Promise<Control> {
  const socket = connect({ port, host });
  await once(socket, "connect");
  let text = "";
  const waiting: ((line: string) => void)[] = [];
  const lines: string[] = [];
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const whole = text.split("\r\n");
    text = whole.pop() ?? "";
    for (const line of whole) {
      const taker = waiting.shift();
      if (taker === undefined) lines.push(line);
      else taker(line);
    }
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const line = (): Promise<string> => {
    const next = lines.shift();
    return next !== undefined ? Promise.resolve(next) : new Promise((resolve) => waiting.push(resolve));
  };
  return {
    line,
    send(command) {
      socket.write(`${command}\r\n`);
      return line();
    },
    closed,
    end: () => socket.destroy(),
  };
}
