/** What a decoder lets pass, and how much of it. */
export interface PacketDecodeOptions {
  /**
   * Longest RRQ, WRQ or OACK that is read, in octets, and where the message of an ERROR is cut; 2048 unless told.
   * The RFC's own limit of 512 (RFC 2347) binds the encoder alone: clients with long paths and many options pass it.
   */
  readonly maxRequestLength?: number;
  /** The block size in force; a longer DATA payload is malformed. 65464 unless told (RFC 2348). */
  readonly blockSize?: number;
  readonly quirks?: PacketQuirks;
}

/** Departures from the standards that are let pass. */
export interface PacketQuirks {
  /**
   * The NUL after the mode may be missing where the mode ends the datagram; off. No product in wide use needs it; it
   * is there for boot loaders that count the octets of their request wrong.
   */
  readonly acceptMissingNul?: boolean;
  /** More NULs may follow the last option of an OACK; off. uftpd sends them. */
  readonly acceptTrailingNuls?: boolean;
}

/** Longest request that the encoder builds, in octets (RFC 2347). */
export const maxRequestLength = 512;

/** Longest request or OACK that the decoder reads unless told otherwise, in octets. */
export const defaultMaxRequestLength = 2048;
