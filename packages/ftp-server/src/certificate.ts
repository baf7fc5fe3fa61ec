import { createSecureContext } from "node:tls";
import { FtpServerError } from "./error.ts";

/** A certificate with its key, both PEM. */
export interface Certificate {
  /** With its chain. */
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  readonly passphrase?: string;
}

/** A certificate that can change while a server runs: new connections get the new one, running ones live on. */
export interface CertificateSource {
  /** The one in force. */
  readonly current: Certificate;
  /**
   * Reads it anew, puts it in force where it has changed, and tells the listeners. Rejects where it cannot be read or
   * used: the one in force then stays.
   *
   * @throws {FtpServerError} `certificate`
   */
  reload(): Promise<void>;
  /** Calls `listener` after each change, and with the error after each failure. Answers how to end that. */
  subscribe(listener: (error?: FtpServerError) => void): () => void;
  /** Looks no more by itself. */
  close(): void;
}

export interface CertificateSourceOptions {
  /** Milliseconds between two looks at whether it has changed; 0, the default: only `reload` looks. */
  readonly interval?: number;
}

/**
 * A source that gets its certificate from `read`: from files, a vault, wherever it is renewed.
 *
 * @throws {FtpServerError} `certificate`, where there is none to begin with
 * @example
 * const certificate = await createCertificateSource(
 *   async () => ({ cert: await readFile("fullchain.pem"), key: await readFile("privkey.pem") }),
 *   { interval: 60_000 },
 * );
 * createFtpServer({ store, tls: { certificate } });
 */
export async function createCertificateSource(
  read: () => Certificate | Promise<Certificate>,
  { interval = 0 }: CertificateSourceOptions = {},
): Promise<CertificateSource> {
  const listeners = new Set<(error?: FtpServerError) => void>();
  let current = await readChecked(read);
  let running: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      const found = await readChecked(read);
      if (isSame(found, current)) return;
      current = found;
    } catch (error) {
      const failure = FtpServerError.isInstance(error) ? error : failureOf(error);
      for (const listener of listeners) listener(failure);
      throw failure;
    }
    for (const listener of listeners) listener();
  }

  const reload = (): Promise<void> => {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };

  // The listeners hear of a failure; nobody else waits for it.
  const timer = interval > 0 ? setInterval(() => void reload().catch(() => {}), interval) : undefined;
  timer?.unref();
  return {
    get current() {
      return current;
    },
    reload,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

/** A certificate that does not change is a source too. */
export function sourceOfCertificate(
  certificate: Certificate | CertificateSource,
): Pick<CertificateSource, "current"> {
  return "current" in certificate ? certificate : { current: certificate };
}

/** @throws {FtpServerError} `certificate`, where the two do not fit together */
export function checkCertificate({ cert, key, passphrase }: Certificate): void {
  try {
    const secret = passphrase === undefined ? {} : { passphrase };
    createSecureContext({ cert: toText(cert), key: toText(key), ...secret });
  } catch (error) {
    throw failureOf(error);
  }
}

/** PEM as text. */
export function toText(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : new TextDecoder().decode(pem);
}

async function readChecked(read: () => Certificate | Promise<Certificate>): Promise<Certificate> {
  let certificate: Certificate;
  try {
    certificate = await read();
  } catch (error) {
    throw failureOf(error);
  }
  checkCertificate(certificate);
  return certificate;
}

function isSame(a: Certificate, b: Certificate): boolean {
  return (
    toText(a.cert) === toText(b.cert) && toText(a.key) === toText(b.key) && a.passphrase === b.passphrase
  );
}

function failureOf(cause: unknown): FtpServerError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FtpServerError("certificate", `the certificate or its key cannot be used: ${message}`, {
    cause,
  });
}
