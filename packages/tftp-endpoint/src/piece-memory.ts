/** Octets of a piece of a file, but for its last. */
export const pieceSize: number = 1 << 17;

/** Pieces that nobody has any more and that are kept for the next. */
const mostFree = 16;

/**
 * The memory of pieces, used again: what is made anew for each piece has the collector come again and again, which took a
 * fifth of the time of a large file.
 */
export interface PieceMemory {
  /** `length` octets with anything in them. */
  take(length: number): Uint8Array;
  /** Somebody looks at the piece until it is given back. Answers it. */
  readonly lend: (piece: Uint8Array) => Uint8Array;
  /** `isHeld`: the system may still look at it, so that its memory is not used again. */
  readonly giveBack: (piece: Uint8Array, isHeld: boolean) => void;
  /** Nobody new will look at it. */
  retire(piece: Uint8Array): void;
}

export function createPieceMemory(): PieceMemory {
  const free: Uint8Array[] = [];
  const lent = new Map<Uint8Array, number>();
  const retired = new WeakSet<Uint8Array>();
  const spoiled = new WeakSet<Uint8Array>();

  /** In the next turn: who has waited for a piece gets it within this one. */
  function release(piece: Uint8Array): void {
    setImmediate(() => {
      if (lent.has(piece) || spoiled.has(piece) || !retired.delete(piece)) return;
      if (piece.length === pieceSize && free.length < mostFree) free.push(piece);
    });
  }

  return {
    take(length) {
      const found = length === pieceSize ? free.pop() : undefined;
      // Nothing of it is seen before it is filled.
      return found ?? new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    },
    lend(piece) {
      lent.set(piece, (lent.get(piece) ?? 0) + 1);
      return piece;
    },
    giveBack(piece, isHeld) {
      if (isHeld) spoiled.add(piece);
      const others = (lent.get(piece) ?? 1) - 1;
      if (others > 0) lent.set(piece, others);
      else lent.delete(piece);
      if (others === 0 && retired.has(piece)) release(piece);
    },
    retire(piece) {
      retired.add(piece);
      if (!lent.has(piece)) release(piece);
    },
  };
}
