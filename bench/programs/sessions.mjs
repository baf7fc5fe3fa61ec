// sessions.mjs PORT USER PASSWORD COUNT: so many sessions, 20 at once: connect, log in, TYPE, PWD, QUIT. Prints sessions a second.
import { connect } from "node:net";

const [port, user, password, count] = process.argv.slice(2);
const lines = [`USER ${user}`, `PASS ${password}`, "TYPE I", "PWD", "QUIT"];
let next = 0;
const started = performance.now();
await Promise.all(
  Array.from({ length: 20 }, async () => {
    while (next < Number(count)) {
      next++;
      await session();
    }
  }),
);
console.log(Number(count) / ((performance.now() - started) / 1000));

function session() {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let sent = 0;
    let text = "";
    socket.setNoDelay(true);
    socket.on("error", reject).on("end", () => {
      socket.end();
      if (sent < lines.length) reject(new Error(`the server left: ${text}`));
      else resolve();
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        if (!/^\d{3} /.test(line)) continue;
        if (line[0] > "3") reject(new Error(line));
        if (sent < lines.length) socket.write(`${lines[sent++]}\r\n`);
      }
    });
  });
}
