// crowd.ts PORT NAME COUNT: so many clients read a file at the same time, from a process of their own. Prints how many
// of them got which size and hash, or which error, as JSON.
import { createHash } from "node:crypto";
import { tftpGetBytes } from "@longshore/tftp-endpoint";

const [port, filename = "", count] = process.argv.slice(2);
const results: Record<string, number> = {};

async function read(): Promise<string> {
  try {
    const bytes = await tftpGetBytes({ host: "127.0.0.1", port: Number(port), filename });
    return `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;
  } catch (error) {
    return String(error);
  }
}

for (const result of await Promise.all(Array.from({ length: Number(count) }, read)))
  results[result] = (results[result] ?? 0) + 1;
console.log(JSON.stringify(results));
