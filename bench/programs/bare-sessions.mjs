// bare-sessions.mjs PORT: a server of node:net that knows nothing: a fixed reply to each line; the floor under sessions.
import { createServer } from "node:net";

const replies = {
  USER: "331 Password.",
  PASS: "230 In.",
  TYPE: "200 Binary.",
  PWD: '257 "/" is it.',
  QUIT: "221 Bye.",
};

createServer((socket) => {
  socket.setNoDelay(true).setEncoding("latin1");
  socket.on("error", () => {});
  socket.on("data", (line) => {
    const verb = line.slice(0, line.search(/[ \r]/));
    const text = `${replies[verb] ?? "500 No."}\r\n`;
    if (verb === "QUIT") socket.end(text);
    else socket.write(text);
  });
  socket.write("220 Bare.\r\n");
}).listen(Number(process.argv[2]), "127.0.0.1");
