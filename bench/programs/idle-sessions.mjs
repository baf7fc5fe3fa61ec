// idle-sessions.mjs PORT COUNT: logs in COUNT times, 100 at once, prints "ready" and holds the sessions until stdin ends.
import { connect } from "node:net";

const [port, count] = process.argv.slice(2).map(Number);
const sockets = [];
let next = 0;
await Promise.all(Array.from({ length: 100 }, worker));
console.log("ready");
process.stdin.resume().on("end", () => {
  for (const socket of sockets) socket.destroy();
});

async function worker() {
  while (next < count) {
    next++;
    sockets.push(await logIn());
  }
}

function logIn() {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const dialogue = { 220: "USER anonymous\r\n", 331: "PASS me@example.org\r\n" };
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const code = chunk.toString("latin1").slice(0, 3);
      if (code === "230") resolve(socket);
      else if (dialogue[code] === undefined) reject(new Error(String(chunk)));
      else socket.write(dialogue[code]);
    });
  });
}
