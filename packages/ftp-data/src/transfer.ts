/** A synchronous step between file and wire, put in only where it is needed (ASCII, compression, …). */
export interface Transformer {
  push(chunk: Uint8Array): readonly Uint8Array[];
  end(): readonly Uint8Array[];
}

/** What a data connection moved. */
export interface Transferred {
  /** Bytes on the wire. */
  readonly bytes: number;
}

/** What both directions take. */
export interface TransferOptions {
  /** Ends the transfer at once; it then rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte moved by the peer until `stalled`; absent or 0: no limit. */
  readonly stallTimeout?: number;
  /** Called with the total so far whenever bytes have moved; synchronous, at most once a buffer. */
  readonly onProgress?: (bytes: number) => void;
  readonly transform?: Transformer;
}
