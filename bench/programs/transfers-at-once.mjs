// transfers-at-once.mjs PORT COUNT BYTES: COUNT sessions log in; when all are in, each gets the file `big` of BYTES
// bytes at the same time. Prints how many came whole, and what befell the others.
import { connect } from "node:net";

const [port, count, bytes] = process.argv.slice(2).map(Number);
const sessions = await Promise.all(Array.from({ length: count }, logIn));
console.log("ready");
const outcomes = await Promise.all(sessions.map((session) => get(session).catch((error) => error.message)));
const whole = outcomes.filter((outcome) => outcome === "whole").length;
console.log(
  JSON.stringify({ whole, others: [...new Set(outcomes.filter((outcome) => outcome !== "whole"))] }),
);
process.exit();

async function logIn(_, index) {
  // Not all in one moment: the queue of connections not yet accepted is short.
  await new Promise((resolve) => setTimeout(resolve, index * 2));
  const session = talk(connect(port, "127.0.0.1"));
  await session.reply();
  for (const line of ["USER anonymous", "PASS me@example.org", "TYPE I"]) await session.command(line);
  return session;
}

async function get(session) {
  const passive = await session.command("EPSV");
  const data = connect(Number(/\|(\d+)\|\)/.exec(passive)[1]), "127.0.0.1");
  const received = new Promise((resolve, reject) => {
    let total = 0;
    data.on("data", (chunk) => {
      total += chunk.length;
    });
    data.on("error", reject).on("end", () => resolve(total));
  });
  const opened = await session.command("RETR big");
  if (!opened.startsWith("150")) return opened;
  const [total, closed] = await Promise.all([received, session.reply()]);
  return total === bytes && closed.startsWith("226") ? "whole" : `${total} bytes, ${closed}`;
}

function talk(socket) {
  const replies = [];
  const waiting = [];
  let text = "";
  const fail = (error) => {
    for (const wait of waiting.splice(0)) wait.reject(error ?? new Error("closed"));
  };
  socket.on("error", fail).on("close", () => fail());
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (!/^\d{3} /.test(line)) continue;
      const wait = waiting.shift();
      if (wait === undefined) replies.push(line);
      else wait.resolve(line);
    }
  });
  const reply = () =>
    replies.length > 0
      ? Promise.resolve(replies.shift())
      : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  return {
    reply,
    command(line) {
      socket.write(`${line}\r\n`);
      return reply();
    },
  };
}
