/** What a file holds: it never changes, so that readers keep what they opened. */
export interface Content {
  readonly size: number;
  /** Pages of {@link pageSize} bytes; what a short or missing page lacks is zeros. */
  readonly pages: readonly (Uint8Array | undefined)[];
}

/** Content being written. It shares the pages of what it began with until it writes into them. */
export interface Draft {
  readonly size: number;
  write(chunk: Uint8Array, position: number): void;
  /** The content so far; the draft is not written to again. */
  finish(): Content;
}

export const emptyContent: Content = { size: 0, pages: [] };

/** Growth copies at most one page, so that a file of n bytes costs n, however it came. */
const pageSize = 1 << 18;

const smallestPage = 512;

/** Content that holds `bytes`, as a copy. */
export function contentOf(bytes: Uint8Array): Content {
  const draft = draftOf(emptyContent);
  draft.write(bytes, 0);
  return draft.finish();
}

/** Fills `into` from `position` on; answers how many bytes it got. */
export function readContent({ size, pages }: Content, into: Uint8Array, position: number): number {
  const end = Math.min(size, position + into.length);
  for (let at = position; at < end; ) {
    const offset = at % pageSize;
    const count = Math.min(pageSize - offset, end - at);
    const held = pages[Math.floor(at / pageSize)]?.subarray(offset, offset + count);
    const target = into.subarray(at - position, at - position + count);
    if (held !== undefined) target.set(held);
    target.fill(0, held?.length ?? 0);
    at += count;
  }
  return Math.max(0, end - position);
}

/** The first `size` bytes, without what pages hold beyond. */
export function cutContent(content: Content, size: number): Content {
  if (content.size <= size) return content;
  const pages = content.pages.slice(0, Math.ceil(size / pageSize));
  const last = pages.length - 1;
  const used = size - last * pageSize;
  const page = pages[last];
  if (page !== undefined && page.length > used) pages[last] = page.slice(0, used);
  return { size, pages };
}

/** A draft that begins with all of `base`. */
export function draftOf(base: Content): Draft {
  const pages = [...base.pages];
  const own = new Set<number>();
  let size = base.size;

  /** The page at `index`, to be written to up to `end`. */
  function writablePage(index: number, end: number): Uint8Array {
    const page = pages[index];
    if (page !== undefined && own.has(index) && page.length >= end) return page;
    const capacity = Math.max(end, smallestPage, 2 * (page?.length ?? 0));
    const grown = new Uint8Array(Math.min(pageSize, capacity));
    if (page !== undefined) grown.set(page);
    pages[index] = grown;
    own.add(index);
    return grown;
  }

  return {
    get size() {
      return size;
    },
    write(chunk, position) {
      for (let done = 0; done < chunk.length; ) {
        const at = position + done;
        const offset = at % pageSize;
        const count = Math.min(pageSize - offset, chunk.length - done);
        const page = writablePage(Math.floor(at / pageSize), offset + count);
        page.set(chunk.subarray(done, done + count), offset);
        done += count;
      }
      if (chunk.length > 0) size = Math.max(size, position + chunk.length);
    },
    finish() {
      const last = pages.length - 1;
      const used = size - last * pageSize;
      const page = pages[last];
      if (page !== undefined && own.has(last) && page.length > used) pages[last] = page.slice(0, used);
      return { size, pages };
    },
  };
}
