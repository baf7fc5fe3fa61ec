// list-directory.mjs PORT COMMAND: lists the directory `many`; prints milliseconds to the first byte and to the end,
// and how many lines came.
import { connect } from "node:net";
import { createInterface } from "node:readline";

const [port, command] = process.argv.slice(2);
const control = connect(Number(port), "127.0.0.1");
const lines = createInterface({ input: control })[Symbol.asyncIterator]();
const reply = async () => {
  for (;;) {
    const { value } = await lines.next();
    if (/^\d{3} /.test(value)) return value;
  }
};
const send = (line) => {
  control.write(`${line}\r\n`);
  return reply();
};
await reply();
await send("USER anonymous");
await send("PASS me@example.org");
const data = connect(Number(/\|(\d+)\|\)/.exec(await send("EPSV"))[1]), "127.0.0.1");
await new Promise((resolve) => data.once("connect", resolve));
const started = performance.now();
let first;
let count = 0;
data.on("data", (chunk) => {
  first ??= performance.now() - started;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
});
const ended = new Promise((resolve) => data.on("end", resolve));
await send(`${command} many`);
await ended;
console.log(JSON.stringify({ first, all: performance.now() - started, count, final: await reply() }));
process.exit();
