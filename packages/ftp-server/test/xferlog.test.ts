import { type FtpServerEvent, formatXferlog, xferlogRecord } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";

const time = new Date(2026, 8, 2, 9, 5, 2);

type TransferEnd = Extract<FtpServerEvent, { readonly type: "transfer-end" }>;

const end: TransferEnd = {
  type: "transfer-end",
  session: { id: 1, remote: { host: "192.0.2.7", port: 4711, family: 4 }, user: "ann" },
  transfer: { id: 1, kind: "retrieve", path: "/pub/a b.txt", representation: "image", secure: false },
  bytes: 12_345,
  milliseconds: 1600,
  outcome: "done",
};

const lineOf = (event: FtpServerEvent): string | undefined => {
  const record = xferlogRecord(event, time);
  return record && formatXferlog(record);
};

describe("an xferlog", () => {
  it("a line in wu-ftpd's form for a download", () => {
    expect(lineOf(end)).toBe("Wed Sep  2 09:05:02 2026 2 192.0.2.7 12345 /pub/a_b.txt b _ o r ann ftp 0 * c");
  });

  it("an upload in ASCII that was given up, by an anonymous user", () => {
    expect(
      lineOf({
        ...end,
        session: { ...end.session, user: "anonymous", guest: "me@example.org" },
        transfer: { ...end.transfer, kind: "append", representation: "ascii" },
        outcome: "aborted",
      }),
    ).toBe("Wed Sep  2 09:05:02 2026 2 192.0.2.7 12345 /pub/a_b.txt a _ i a me@example.org ftp 0 * i");
  });

  it("has no line for listings and other events", () => {
    expect(lineOf({ ...end, transfer: { ...end.transfer, kind: "list" } })).toBeUndefined();
    expect(lineOf({ type: "logout", session: end.session })).toBeUndefined();
  });

  it("names cannot forge a line or a field", () => {
    const path = "/a\r\nFri Nov 20 x\u0085\u2028\udc80\u00a0é";
    const line = lineOf({
      ...end,
      session: { ...end.session, user: "" },
      transfer: { ...end.transfer, path },
    });
    expect(line).toBe("Wed Sep  2 09:05:02 2026 2 192.0.2.7 12345 /a__Fri_Nov_20_x____é b _ o r _ ftp 0 * c");
    expect(line?.split(" ").filter((part) => part !== "")).toHaveLength(18);
  });
});
