/** A file on a TFTP server (RFC 3617). */
export interface TftpUrl {
  readonly host: string;
  /** 69 unless the URL tells. */
  readonly port: number;
  readonly filename: string;
  readonly mode: "octet" | "netascii";
}

/** Parses `tftp://host[:port]/file[;mode=octet|netascii]`. */
export declare function parseTftpUrl(
  text: string,
): { readonly ok: true; readonly url: TftpUrl } | { readonly ok: false; readonly message: string };
