import { once } from "node:events";

/** Writes to stdout and waits while its reader is slower. */
export async function writeOut(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** One object for a program that reads the output. */
export async function writeJson(value: object): Promise<void> {
  await writeOut(`${JSON.stringify(value)}\n`);
}
