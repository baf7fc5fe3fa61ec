// Checks that every test that SECURITY.md names exists: `FILE`: “NAME” is the name of a test in that file, and a FILE
// alone is there. So the table cannot rot.
import { existsSync, readFileSync } from "node:fs";

const text = readFileSync("SECURITY.md", "utf8");
const faults: string[] = [];
let named = 0;
for (const [, file = "", name] of text.matchAll(/`([\w/.-]+\.ts)`(?:: “([^”]*)”)?/g)) {
  if (!existsSync(file)) {
    faults.push(`${file} does not exist`);
    continue;
  }
  if (name === undefined) continue;
  named++;
  const source = readFileSync(file, "utf8");
  // Formatting may have put the name on a line of its own.
  const isThere = [...source.matchAll(/\b(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*(["'`])(.*?)\1,/g)].some(
    ([, , title]) => title === name,
  );
  if (!isThere) faults.push(`${file} has no test “${name}”`);
}
// RFC 2577 has recommendations in each of its sections from 3 to 9.
for (const section of [3, 4, 5, 6, 7, 8, 9])
  if (!new RegExp(`^\\| §${section} +\\|`, "m").test(text))
    faults.push(`RFC 2577 §${section} is not in the table`);
if (named === 0) faults.push("SECURITY.md names no test");
for (const fault of faults) console.error(`SECURITY.md: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
