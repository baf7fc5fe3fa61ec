/** What counts until it ends, which may be said more than once. */
export interface Counted {
  end(): void;
}

/** What ends once, however often that is said. */
export function once(act: () => void): Counted {
  let isOver = false;
  return {
    end() {
      if (isOver) return;
      isOver = true;
      act();
    },
  };
}
