import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecret } from "@longshore/ftp-command";
import { type HttpAuthenticatorOptions, httpAuthenticator } from "@longshore/ftp-server";
import { afterEach, describe, expect, it } from "vitest";
import { certificate, start } from "./support/server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A service that answers so; its URL. */
async function service(answer: Answer, isSecure = false): Promise<string> {
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    answer(request, response, body);
  };
  const server = isSecure ? createSecureServer(certificate(), onRequest) : createServer(onRequest);
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return `${isSecure ? "https" : "http"}://127.0.0.1:${port}/login`;
}

const says =
  (status: number, body = "", headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

const request = (username = "ann") => ({
  username,
  password: createSecret("hunter2"),
  remoteAddress: "192.0.2.7",
  secure: true,
});

/** The answer, or the error's message. */
async function ask(answer: Answer, options: Partial<HttpAuthenticatorOptions> = {}): Promise<unknown> {
  const url = await service(answer);
  return httpAuthenticator({ url, ...options })(request()).catch((error: Error) => error.message);
}

describe("an external HTTP check", () => {
  it("posts name, password, remote address and whether it is secure as JSON", async () => {
    let seen: unknown;
    await ask(
      ({ method, url, headers }, response, body) => {
        seen = [method, url, headers["content-type"], headers.authorization, JSON.parse(body)];
        response.writeHead(200).end("{}");
      },
      { headers: { authorization: "Bearer x" } },
    );
    const body = { username: "ann", password: "hunter2", remoteAddress: "192.0.2.7", secure: true };
    expect(seen).toEqual(["POST", "/login", "application/json", "Bearer x", body]);
  });

  it("200 with a user's settings accepts, 401 and 403 refuse, 404 is an unknown user", async () => {
    const user = { permission: [{ path: "/pub", allow: "rw" }], rate: { up: 5 } };
    expect(await ask(says(200, JSON.stringify(user)))).toEqual({
      result: "accepted",
      user: { name: "ann", ...user },
    });
    expect(await ask(says(200, '{"name":"Ann","sessions":1}'))).toEqual({
      result: "accepted",
      user: { name: "Ann", sessions: 1 },
    });
    expect(await ask(says(401, "x"))).toEqual({ result: "refused" });
    expect(await ask(says(403, "x"))).toEqual({ result: "refused" });
    expect(await ask(says(404, "x"))).toEqual({ result: "unknown" });
  });

  it("everything else lets nobody in: status, body, redirect, time", async () => {
    for (const status of [201, 204, 400, 429, 500, 503])
      expect(await ask(says(status))).toContain(`answered ${status}`);
    for (const body of ["", "null", "[]", "5", "{", "<html>hunter2"])
      expect(String(await ask(says(200, body)))).toMatch(/is no JSON|is none/);
    expect(await ask(says(200, '{"permission":"all"}'))).toContain("a user that is none: permission: ");
    expect(await ask(says(200, '{"name":5}'))).toContain("name: ");
    expect(await ask(says(200, '{"admin":true}'))).toContain("admin: there is no such setting");
    expect(await ask(() => {}, { timeout: 50 })).toContain("took more than 50 ms");
    expect(await ask((_, response) => response.writeHead(200).write("{"), { timeout: 50 })).toContain(
      "broke off",
    );
    expect(await ask((_, response) => response.destroy())).toContain("cannot be asked");
  });

  it("no redirects are followed", async () => {
    let isFollowed = false;
    const elsewhere = await service((_, response) => {
      isFollowed = true;
      response.writeHead(200).end("{}");
    });
    for (const status of [301, 302, 303, 307, 308])
      expect(await ask(says(status, "", { location: elsewhere }))).toContain(`answered ${status}`);
    expect(isFollowed).toBe(false);
  });

  it("reads no more of the body than is allowed, whatever length is told", async () => {
    const endless: Answer = (_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(" ".repeat(10_000)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    expect(await ask(endless)).toContain("answered more than 65536 bytes");
    expect(await ask(says(200, '{ "sessions": 1 }'), { bodySize: 5 })).toContain("more than 5 bytes");
  });

  it("checks the certificate, and sends no password in clear to another machine", async () => {
    let isAsked = false;
    const url = await service((_, response) => {
      isAsked = true;
      response.writeHead(200).end("{}");
    }, true);
    await expect(httpAuthenticator({ url })(request())).rejects.toThrow("cannot be asked");
    expect(isAsked).toBe(false);
    expect(() => httpAuthenticator({ url: "http://example.org/" })).toThrow("passwords in clear");
    expect(() => httpAuthenticator({ url: "http://127.0.0.1.example.org/" })).toThrow("passwords in clear");
    httpAuthenticator({ url: "http://example.org/", allowPlainHttp: true });
    for (const wrong of ["", "example.org", "file:///etc/passwd"])
      expect(() => httpAuthenticator({ url: wrong })).toThrow(RangeError);
    expect(() => httpAuthenticator({ url: "https://ann:hunter2@example.org/" })).toThrow(
      /^(?!.*hunter2).*header/,
    );
  });

  it("secrets are never logged: neither the password nor the answer nor the query is in an error", async () => {
    for (const answer of [
      says(500, "hunter2"),
      says(200, "hunter2"),
      says(200, '{"hunter2":1, "name":"hunter2"}'),
    ]) {
      const url = `${await service(answer)}?key=hunter2`;
      const message = await httpAuthenticator({ url })(request()).catch((error: unknown) =>
        JSON.stringify([error, String(error)]),
      );
      expect(String(message).replace("hunter2: there is no such setting", "")).not.toContain("hunter2");
    }
  });

  it("over the wire: 230, 530, and 421 where it cannot be told", async () => {
    const statuses: Record<string, number> = { ann: 200, bob: 401, cid: 404, dan: 500 };
    const url = await service((_, response, body) => {
      const { username } = JSON.parse(body) as { username: string };
      response.writeHead(statuses[username] ?? 404).end('{"permission":"rw","home":"/dir"}');
    });
    const { client, events } = await start({ http: { url } });
    for (const [name, code] of [
      ["ann", 230],
      ["bob", 530],
      ["cid", 530],
      ["dan", 421],
    ] as const) {
      const one = await client({ login: false });
      await one.command(`USER ${name}`);
      expect(await one.code("PASS hunter2"), name).toBe(code);
      if (code === 230) expect(await one.command("PWD")).toContain('"/dir"');
    }
    expect(events).toContainEqual(expect.objectContaining({ type: "error" }));
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });
});
