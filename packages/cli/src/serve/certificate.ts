import { readFile } from "node:fs/promises";
import { toLine, usageFailure } from "../failure.ts";

/** Certificate and key in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Reads a certificate (with its chain) and its key from two files. */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  return { cert: await readPem("--tls-cert", certFile), key: await readPem("--tls-key", keyFile) };
}

/** Makes a certificate for `host` and `localhost` that nobody has signed: for tests and closed networks. */
export async function makeCertificate(host: string): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  const names = [...new Set(["localhost", host])];
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) =>
            /^[\d.]+$|:/.test(value) ? { type: 7 as const, ip: value } : { type: 2 as const, value },
          ),
          { type: 7 as const, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** @throws {CommandFailure} wrong usage, which names the option */
export async function readPem(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageFailure(`${option}: ${file} cannot be read (${toLine(error)}); give a file in PEM form`);
  }
}
