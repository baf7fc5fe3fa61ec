import { createRequire } from "node:module";
import process from "node:process";

/** What another thread needs to look by itself into a directory that is open here; statx(2). */
export interface ThreadLooks {
  /**
   * A function's text: `(require, addon) => look`, where `look(directory, names, rows, milliseconds)` looks at what stands
   * at `names`, one character for each of their bytes and a NUL between each two, in the directory of which that is a
   * descriptor. Links are not followed. It puts {@link lookColumns} numbers a name into `rows`, until it has taken so many
   * milliseconds, and answers at how many names it has looked. Throws where that cannot be done in the thread.
   */
  readonly source: string;
  /** What to give to that: where the addon is. */
  readonly addon: string;
}

/**
 * mode, size, milliseconds of the last change and of birth (0 where there is none), links, node, device, user and group,
 * as `Stats` has them. Where nothing stands the mode is 0, where it may not be looked at -1.
 */
export const lookColumns = 9;

/** As text, because a thread that is started from text has no modules but by paths, and here are none that stay. */
export function createThreadLooks(): ThreadLooks | undefined {
  // How statx's numbers of 64 bits are cut into halves.
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) return undefined;
  const addon = Object.keys(createRequire(process.execPath).cache).find((path) =>
    /[/\\]koffi\.node$/.test(path),
  );
  return addon === undefined ? undefined : { source, addon };
}

/** include/uapi/linux/stat.h: struct statx in words of 32 bits; AT_SYMLINK_NOFOLLOW, and all that is basic or of birth. */
const source = `(require, addon) => {
  const koffi = require(addon);
  const statx = koffi.load(null).func("int statx(int directory, void *name, int flags, uint mask, void *into)");
  const words = new Uint32Array(64);
  const signed = new Int32Array(words.buffer);
  const into = koffi.address(words);
  let bytes = Buffer.alloc(65536);
  let start = koffi.address(bytes);
  const milliseconds = (at) =>
    (signed[at + 1] * 4294967296 + words[at]) * 1000 + words[at + 2] / 1000000;
  const look = (directory, names, rows, patience) => {
    const length = names.length + 1;
    if (length > bytes.length) {
      bytes = Buffer.alloc(length);
      start = koffi.address(bytes);
    }
    bytes.latin1Write(names, 0);
    bytes[length - 1] = 0;
    const end = performance.now() + patience;
    let count = 0;
    for (let from = 0; from < length; from = bytes.indexOf(0, from) + 1) {
      let at = count * ${lookColumns};
      if (count > 0 && performance.now() >= end) break;
      count++;
      if (statx(directory, start + BigInt(from), 256, 4095, into) !== 0) {
        rows[at] = koffi.errno() === 2 ? 0 : -1;
        continue;
      }
      const minor = words[35];
      rows[at++] = words[7] & 65535;
      rows[at++] = words[11] * 4294967296 + words[10];
      rows[at++] = milliseconds(28);
      rows[at++] = milliseconds(20);
      rows[at++] = words[4];
      rows[at++] = words[9] * 4294967296 + words[8];
      rows[at++] =
        (words[34] >>> 12) * 17592186044416 + (words[34] & 4095) * 256 + (minor >>> 8) * 1048576 + (minor & 255);
      rows[at++] = words[5];
      rows[at++] = words[6];
    }
    return count;
  };
  const probe = new Float64Array(${lookColumns});
  if (look(-1, "/", probe, 1000) !== 1 || (probe[0] & 61440) !== 16384) throw new Error("no statx");
  return look;
}`;
