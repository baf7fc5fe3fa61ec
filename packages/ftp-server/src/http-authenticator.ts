import type { Authenticator, LoginAnswer } from "./authenticator.ts";
import { problemText, readUserOptions } from "./user-schema.ts";

/** Where logins are checked over HTTP. Plain data. */
export interface HttpAuthenticatorOptions {
  /** Where each login is posted: `https://…`, or `http://…` to this machine (elsewhere passwords would go in clear). */
  readonly url: string;
  /** Sent with each request, such as `{ "authorization": "Bearer …" }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole of request and answer; 10,000 unless told. */
  readonly timeout?: number;
  /** Longest answer in bytes; 65,536 unless told. */
  readonly bodySize?: number;
  /** Whether `http:` may lead to other machines; `false` unless told. */
  readonly allowPlainHttp?: boolean;
}

/**
 * Asks a URL: a POST of `{ "username", "password", "remoteAddress", "secure" }` as JSON. 200 with the user's settings as
 * JSON (`{}` will do; `name` where the user goes by another) accepts, 401 and 403 refuse, 404 says that there is no such
 * user. Everything else (another status, a redirect, a body that is too long or wrong, no answer in time) rejects: the
 * server ends the session with 421 and tells of it in an `error` event, without the password or the answer.
 *
 * @throws {RangeError} when the URL is none, or would carry passwords in clear to another machine
 */
export function httpAuthenticator(options: HttpAuthenticatorOptions): Authenticator {
  const { headers = {}, timeout = 10_000, bodySize = 65_536 } = options;
  const url = urlOf(options);
  // What the URL holds besides may be secret too.
  const shown = `${url.origin}${url.pathname}`;
  return async ({ username, password, remoteAddress, secure, certified }) => {
    // Whoever checks passwords there is not asked without one.
    if (certified === true) return { result: "unknown" };
    const signal = AbortSignal.timeout(timeout);
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        redirect: "manual",
        signal,
        headers: { ...headers, "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ username, password: password.reveal(), remoteAddress, secure }),
      });
    } catch (error) {
      throw new HttpAuthenticatorError(
        `${shown} cannot be asked: ${signal.aborted ? `it took more than ${timeout} ms` : reasonOf(error)}`,
      );
    }
    const answer = statusAnswers[response.status];
    if (answer !== undefined || response.status !== 200) {
      await response.body?.cancel().catch(() => {});
      if (answer !== undefined) return answer;
      throw new HttpAuthenticatorError(
        `${shown} answered ${response.status}; 200, 401, 403 or 404 is wanted`,
      );
    }
    return toAnswer(await readJson(response, bodySize, shown), username, shown);
  };
}

/** Why a login could not be checked. */
class HttpAuthenticatorError extends Error {
  override readonly name = "HttpAuthenticatorError";
}

const statusAnswers: Readonly<Record<number, LoginAnswer>> = {
  401: { result: "refused" },
  403: { result: "refused" },
  404: { result: "unknown" },
};

function toAnswer(body: unknown, username: string, shown: string): LoginAnswer {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const { name = username, ...rest } = (isObject ? body : {}) as { readonly name?: unknown };
  const user = readUserOptions(isObject ? rest : body);
  if (Array.isArray(user))
    throw new HttpAuthenticatorError(`${shown} answered a user that is none: ${problemText(user)}`);
  if (typeof name !== "string" || name === "")
    throw new HttpAuthenticatorError(`${shown} answered a user that is none: name: write a text`);
  return { result: "accepted", user: { ...user, name } };
}

/** Reads no more than `most` bytes, whatever the other side says or sends. */
async function readJson(response: Response, most: number, shown: string): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > most) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new HttpAuthenticatorError(`${shown} broke off its answer: ${reasonOf(error)}`);
  }
  if (size > most) throw new HttpAuthenticatorError(`${shown} answered more than ${most} bytes`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpAuthenticatorError(`${shown} answered what is no JSON`);
  }
}

function urlOf({ url: text, allowPlainHttp = false }: HttpAuthenticatorOptions): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new RangeError("the URL of the HTTP authenticator is none; write https://host/path");
  if (url.username !== "" || url.password !== "")
    throw new RangeError(
      "the URL of the HTTP authenticator holds a user or password; write an authorization header instead",
    );
  if (url.protocol === "http:" && !isHere && !allowPlainHttp)
    throw new RangeError(
      `http://${url.host} would get passwords in clear; write https://, or set allowPlainHttp`,
    );
  return url;
}

/** What went wrong, by its code: `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown; readonly message?: unknown } };
  const text = cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : error);
  return String(text);
}
