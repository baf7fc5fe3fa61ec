/** How a transfer ended. */
export type Outcome =
  /** Every octet arrived, and for a receiver is stored. */
  | { readonly type: "complete"; readonly bytes: number }
  /**
   * The sender sent everything and the last block was never acknowledged: the other end has probably
   * got it and its last ACK was lost (RFC 1350 §6), but nobody can tell.
   */
  | { readonly type: "unconfirmed"; readonly bytes: number }
  /** The peer asked only what the options are worth (a PXE loader's size probe) and then ended. */
  | { readonly type: "probed" }
  | { readonly type: "failed"; readonly failure: TransferFailure };

/** Why a transfer failed. */
export type TransferFailure =
  /** The peer ended it with ERROR. */
  | { readonly type: "peer-error"; readonly code: number; readonly message: string }
  /** The peer fell silent. */
  | { readonly type: "timeout"; readonly silentFor: number }
  /** The peer sent what no delay or duplication explains. */
  | { readonly type: "protocol"; readonly code: number; readonly message: string }
  /** This end gave up and told the peer with this code and message. */
  | { readonly type: "local"; readonly code: number; readonly message: string };

/** What a transfer cost. */
export interface TransferStatistics {
  /** Octets of content that the peer has acknowledged (sender) or that were delivered in order (receiver). */
  readonly bytes: number;
  /** DATA packets sent or received, repetitions included. */
  readonly blocks: number;
  /** DATA sent again (sender), or ACK sent again (receiver). */
  readonly retransmissions: number;
  /** Packets that came again: ACKs (sender) or DATA (receiver). */
  readonly duplicates: number;
  /** Holes in a window: told by the peer (sender) or seen (receiver). */
  readonly gaps: number;
  /** Times that the retransmission timer ran out. */
  readonly timeouts: number;
  /** Packets from a wrong TID. */
  readonly strangers: number;
  /** Packets that were ignored because nothing explained them. */
  readonly ignored: number;
  /** Smoothed round-trip time in milliseconds, undefined while nothing was measured. */
  readonly roundTrip: number | undefined;
}

/** The outcome of a failure. */
export function failed(failure: TransferFailure): Outcome {
  return { type: "failed", failure };
}
