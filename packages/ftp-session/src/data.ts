/** Who opens the data connection, and by which command: the first two by the client, the others by the server. */
export type DataMode = "EPSV" | "PASV" | "EPRT" | "PORT";

/** PROT C or PROT P (RFC 4217 §9). */
export type DataProtection = "clear" | "private";

/** Which end of TLS one is. */
export type TlsRole = "client" | "server";

/** How the bytes of a file go over the wire (RFC 959 §3.1). */
export type TransferType = "ascii" | "image";

/** Why bytes stopped moving on a data connection; `truncated` is a TLS stream without its close_notify. */
export type TransferFailure = "reset" | "truncated" | "stalled" | "aborted";
