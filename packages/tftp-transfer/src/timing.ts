/** How long is waited before something is sent again, and how long before the peer is given up. Milliseconds. */
export interface TimingOptions {
  /** Retransmission timeout before anything was measured; 1000 unless told (RFC 6298 §2). */
  readonly initial?: number;
  /** A round trip that was measured before, as by the request; it takes the place of `initial`. */
  readonly roundTrip?: number;
  /** Shortest retransmission timeout; 25 unless told. */
  readonly floor?: number;
  /** Longest retransmission timeout, where backing off ends; 5000 unless told. */
  readonly cap?: number;
  /** Silence of the peer after which the transfer fails; 30,000 unless told. */
  readonly patience?: number;
  /** The same while the peer's address is unconfirmed, so that forged requests do not hold places; 10,000. */
  readonly handshakePatience?: number;
  /** Retransmissions that are made in any case before giving up; 5 unless told. */
  readonly retries?: number;
  /**
   * Seconds agreed on with the `timeout` option (RFC 2349): nothing is sent again sooner. Absent: the timer is
   * adaptive alone.
   */
  readonly interval?: number;
}

/**
 * The retransmission timer that RFC 1123 §4.2.3.2 demands: Jacobson's estimate of the round trip, backoff, and
 * Karn's rule, for which the caller takes no sample from what was sent twice.
 */
export interface RetransmissionTimer {
  /** Milliseconds until the next retransmission. */
  readonly timeout: number;
  /** Smoothed round-trip time in milliseconds. */
  readonly roundTrip: number | undefined;
  /** A round trip was measured on something sent once: it ends the backoff. */
  sample(roundTrip: number): void;
  /** The timer ran out. */
  backOff(): void;
  /** The peer was heard: silence and retries count anew. The backoff stays until a sample (Karn). */
  heard(now: number): void;
  /** Whether the peer has been silent for too long, in the handshake or later. */
  isLost(now: number, confirmed: boolean): boolean;
  /** Milliseconds since the peer was last heard. */
  silence(now: number): number;
}

export function createRetransmissionTimer(options: TimingOptions, start: number): RetransmissionTimer {
  const agreed = (options.interval ?? 0) * 1000;
  const floor = Math.max(options.floor ?? 25, agreed);
  const cap = Math.max(options.cap ?? 5000, floor);
  const retries = options.retries ?? 5;
  const patience = options.patience ?? 30_000;
  const handshakePatience = options.handshakePatience ?? 10_000;
  let base = clamp(agreed === 0 ? (options.initial ?? 1000) : agreed);
  let factor = 1;
  let smoothed: number | undefined;
  let variation = 0;
  let tries = 0;
  let heardAt = start;

  function clamp(timeout: number): number {
    return Math.min(Math.max(timeout, floor), cap);
  }

  function sample(roundTrip: number): void {
    // RFC 6298 §2.2 and §2.3, alpha 1/8 and beta 1/4.
    if (smoothed === undefined) {
      smoothed = roundTrip;
      variation = roundTrip / 2;
    } else {
      variation += (Math.abs(smoothed - roundTrip) - variation) / 4;
      smoothed += (roundTrip - smoothed) / 8;
    }
    base = clamp(smoothed + Math.max(1, 4 * variation));
    factor = 1;
  }

  if (options.roundTrip !== undefined) sample(options.roundTrip);

  return {
    get timeout() {
      return clamp(base * factor);
    },
    get roundTrip() {
      return smoothed;
    },
    sample,
    backOff() {
      tries++;
      if (base * factor < cap) factor *= 2;
    },
    heard(now) {
      heardAt = now;
      tries = 0;
    },
    isLost(now, confirmed) {
      if (!confirmed) return now - heardAt >= handshakePatience;
      return tries >= retries && now - heardAt >= patience;
    },
    silence: (now) => now - heardAt,
  };
}
