import process from "node:process";
import type { LibraryHandle } from "koffi";

/** The functions of the C library that are called, by their names there. Each answers -1 where the system refuses. */
export interface Library {
  /** Another number for what `descriptor` stands for, which programs that are started do not get. */
  duplicate(descriptor: number): number;
  close(descriptor: number): number;
  /** Whether calls on it wait where they could not go on; for all descriptors of the same connection. */
  setBlocking(descriptor: number, isBlocking: boolean): number;
  setsockopt(socket: number, level: number, name: number, value: Uint8Array, octets: number): number;
  recvfrom(
    socket: number,
    into: Uint8Array,
    octets: number,
    flags: number,
    name: Uint8Array,
    nameLength: Uint32Array,
  ): number;
  sendto(
    socket: number,
    from: Uint8Array,
    octets: number,
    flags: number,
    name: Uint8Array,
    nameLength: number,
  ): number;
  /** In another thread; `done` gets the bytes sent, or -1. `offset` is where in the file to begin, and is not changed. */
  sendfile(
    socket: number,
    file: number,
    offset: number,
    count: number,
    done: (error: unknown, sent: number) => void,
  ): void;
  /** In another thread, likewise; absent where the C library is too old, or the machine has its numbers the other way round. */
  readonly getdents64?: (
    directory: number,
    into: Uint8Array,
    octets: number,
    done: (error: unknown, octets: number) => void,
  ) => void;
}

/** include/uapi/linux/fcntl.h, and what is the same on all of the machines below of asm-generic/fcntl.h */
const F_DUPFD_CLOEXEC = 1030;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

/** Where `off_t` has 64 bits without being asked, and the arguments are those that are declared below. */
const architectures: ReadonlySet<string> = new Set(["x64", "arm64", "riscv64", "loong64", "ppc64"]);

/** Opens the C library that runs this very process; answers nothing where that cannot be done. */
export async function openLibrary(): Promise<Library | undefined> {
  if (process.platform !== "linux" || !architectures.has(process.arch)) return undefined;
  try {
    const { default: koffi } = await import("koffi");
    const c = koffi.load(null);
    const fcntl = c.func("int fcntl(int descriptor, int command, ...)");
    const sendfile = c.func("intptr_t sendfile(int socket, int file, _Inout_ int64_t *offset, size_t count)");
    return {
      duplicate: (descriptor) => fcntl(descriptor, F_DUPFD_CLOEXEC, "int", 0),
      close: c.func("int close(int descriptor)"),
      setBlocking: (descriptor, isBlocking) => fcntl(descriptor, F_SETFL, "int", isBlocking ? 0 : O_NONBLOCK),
      setsockopt: c.func("int setsockopt(int socket, int level, int name, void *value, uint octets)"),
      recvfrom: c.func(
        "intptr_t recvfrom(int socket, void *into, size_t octets, int flags, void *name, void *nameLength)",
      ),
      sendto: c.func(
        "intptr_t sendto(int socket, void *from, size_t octets, int flags, void *name, uint nameLength)",
      ),
      sendfile(socket, file, offset, count, done) {
        try {
          sendfile.async(socket, file, [offset], count, done);
        } catch (error) {
          // Too many calls are under way: koffi takes 256.
          setImmediate(done, error, -1);
        }
      },
      ...readingOf(c),
    };
  } catch {
    // Not installed, or built for another system.
    return undefined;
  }
}

function readingOf(c: LibraryHandle): Pick<Library, "getdents64"> {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) return {};
  try {
    const getdents64 = c.func("intptr_t getdents64(int directory, void *into, size_t octets)");
    return {
      getdents64(directory, into, octets, done) {
        try {
          getdents64.async(directory, into, octets, done);
        } catch (error) {
          // Too many calls are under way.
          done(error, -1);
        }
      },
    };
  } catch {
    return {};
  }
}
