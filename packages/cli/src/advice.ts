import { FtpError, type FtpErrorCode } from "@longshore/ftp-client";
import { TftpError, type TftpErrorKind } from "@longshore/tftp-endpoint";
import { rootCause, toLine } from "./failure.ts";

/** What went wrong and what to do about it, in one line and in the words of this command. */
export function tellError(error: unknown): string {
  if (FtpError.isInstance(error)) {
    if (error.code === "local") return tellCause(error);
    if (error.code === "tls-failed") return tellTls(error);
    if (error.code === "login-failed" && /\b(?:AUTH|TLS|SSL)\b/.test(error.reason))
      return withAdvice(toLine(error.reason), "add --tls");
    return withAdvice(toLine(error.reason), ftpAdvice[error.code]);
  }
  if (TftpError.isInstance(error)) {
    if (error.code === "store") return tellCause(error);
    return withAdvice(toLine(error).slice(`${error.code}: `.length), tftpAdvice[error.code]);
  }
  return toLine(error);
}

const ftpAdvice: Readonly<Partial<Record<FtpErrorCode, string>>> = {
  "connect-failed": "check the host, the port and the network",
  "proxy-failed": "check the proxy's address, user and password",
  "connection-lost": "try again",
  timeout: "check the host and the port, or try again later",
  "tls-refused": "leave out --tls if everything may go in clear",
  "tls-injection": "somebody may be between you and the server",
  "not-ftp": "check the port",
  "malformed-reply": "check the port",
  "service-closing": "try again later",
  "login-failed": "check the user and the password",
  "data-open-failed": "check the firewalls between here and the server",
  "data-lost": "try again",
  "short-transfer": "try again",
  "size-mismatch": "try again",
  "hash-mismatch": "try again",
  "placement-refused":
    "--no-temporary (in a session, temporary off) writes it in place, where a failure loses what stands there",
};

const tftpAdvice: Readonly<Partial<Record<TftpErrorKind, string>>> = {
  timeout: "check the host, the port, and whether UDP gets through",
  unreachable: "check the host and the network",
  unconfirmed: "look whether the file is there before putting it again",
};

const tlsAdvice: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /wrong version number|packet length too long|unknown protocol/i,
    "the server does not begin with TLS there: ftps:// is implicit TLS, --tls with ftp:// is explicit",
  ],
  [/self.signed|unable to (?:verify|get)/i, "trust its certificate with --ca FILE, or any with --insecure"],
  [/altnames|expired|not yet valid/i, "name the host as the certificate does, or take any with --insecure"],
];

function tellTls(error: FtpError): string {
  const reason = toLine(error.reason);
  const advice = tlsAdvice.find(([pattern]) => pattern.test(reason))?.[1];
  // OpenSSL tells where in its sources it was; the reason alone comes sixth.
  const text = /^[\dA-F]+:error:/.test(reason) ? (reason.split(":")[5] ?? reason) : reason;
  return withAdvice(`TLS failed: ${text}`, advice ?? "check the certificate and the host name");
}

/** Something on this side failed: the first cause of all says what. */
function tellCause(error: Error): string {
  const cause = rootCause(error);
  return `on this side: ${toLine(cause === error && FtpError.isInstance(error) ? error.reason : cause)}`;
}

function withAdvice(text: string, advice: string | undefined): string {
  return advice === undefined ? text : `${text}; ${advice}`;
}
