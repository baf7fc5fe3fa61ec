import { FileStoreError, type FileStoreErrorKind } from "@longshore/file-store";

/** That two plain values are equal; `what` says in the failure what they are. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual instanceof Uint8Array && expected instanceof Uint8Array) {
    sameBytes(actual, expected, what);
    return;
  }
  const [is, should] = [show(actual), show(expected)];
  if (is !== should) fail(`${what} is ${is} and should be ${should}`);
}

export function ok(condition: boolean, what: string): asserts condition {
  if (!condition) fail(what);
}

export function fail(what: string): never {
  throw new Error(what);
}

/** That a call rejects with a {@link FileStoreError} of one of `kinds` (of any, when there are none), and answers it. */
export async function rejects(
  call: () => Promise<unknown>,
  what: string,
  ...kinds: readonly FileStoreErrorKind[]
): Promise<FileStoreError> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    fail(`${what} threw instead of rejecting: ${String(error)}`);
  }
  const error = await promise.then(
    () => undefined,
    (reason) => reason ?? "nothing",
  );
  if (error === undefined) fail(`${what} was accepted and should be ${kinds.join(" or ") || "refused"}`);
  if (!FileStoreError.isInstance(error))
    fail(`${what} rejected with ${String(error)}, which is no FileStoreError`);
  if (kinds.length > 0 && !kinds.includes(error.code))
    fail(`${what} rejected with ${error.code} (${error.message}) and should with ${kinds.join(" or ")}`);
  return error;
}

function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (actual.length !== expected.length)
    fail(`${what}: there are ${actual.length} bytes and should be ${expected.length}`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  if (at >= 0) fail(`${what}: byte ${at} is ${actual[at]} and should be ${expected[at]}`);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}
