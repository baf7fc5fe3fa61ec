import { type FtpCommand, formatCommand } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode } from "@longshore/ftp-session";
import {
  type ClientOperation,
  type ClientOutcome,
  type CommandOperation,
  FtpError,
  type RenameOperation,
  type TransferOperation,
  type TransferOutcome,
} from "@longshore/ftp-session/client";
import type { DataMover } from "./data.ts";
import type { FtpTimeouts } from "./options.ts";

/** The session in the hands of one call. */
export interface Lease {
  readonly timeouts: FtpTimeouts;
  command(command: FtpCommand, options?: Omit<CommandOperation, "type" | "command">): Promise<FtpReply>;
  /** Any final reply is an answer. */
  quote(line: string): Promise<FtpReply>;
  /** A transfer command whose data goes between two servers: it has no clock, and giving it up sends ABOR. */
  elsewhere(command: FtpCommand, onMark: () => void): Promise<FtpReply>;
  operate(
    operation: Exclude<ClientOperation, TransferOperation | RenameOperation>,
  ): Promise<FtpReply | undefined>;
  /** RNFR and RNTO; with `size` only where SIZE tells as many bytes of `from`, or nothing. Answers what it told. */
  rename(from: string, to: string, size?: number): Promise<number | undefined>;
  /** `onMark` sees the 1yz as it comes. */
  transfer(
    operation: TransferOperation,
    mover: DataMover,
    onMark?: (reply: FtpReply) => void,
  ): Promise<TransferResult>;
}

export interface TransferResult extends TransferOutcome {
  readonly reply: FtpReply;
}

export type LeaseOutcome = Extract<ClientOutcome, { readonly ok: true }>;

/**
 * @param isWanted whether another call waits for the session
 * @param run carries one operation out; `onMark` sees the 1yz as it comes
 */
export function createLease(
  timeouts: FtpTimeouts,
  dataModes: () => readonly DataMode[],
  isWanted: () => boolean,
  run: (
    operation: ClientOperation,
    mover?: DataMover,
    onMark?: (reply: FtpReply) => void,
  ) => Promise<LeaseOutcome>,
): Lease {
  return {
    timeouts,
    async command(command, more = {}) {
      const { reply } = await run({ type: "command", command, ...more });
      return reply ?? noReply;
    },
    async quote(line) {
      const { reply } = await run({ type: "command", command: { line }, expect: ["2", "3", "4", "5"] });
      return reply ?? noReply;
    },
    async elsewhere(command, onMark) {
      const line = formatCommand(command);
      const operation = { type: "command", command: { line }, limit: 0, abortable: true } as const;
      const { reply } = await run(operation, undefined, onMark);
      return reply ?? noReply;
    },
    async operate(operation) {
      return (await run(operation)).reply;
    },
    async rename(from, to, size) {
      const proof = size === undefined ? {} : { size };
      return (await run({ type: "rename", from, to, ahead: isWanted(), ...proof })).size;
    },
    async transfer(operation, mover, onMark) {
      const { reply = noReply, transfer } = await run(
        { dataModes: dataModes(), ahead: isWanted(), ...operation },
        mover,
        onMark,
      );
      if (transfer === undefined)
        throw new FtpError("transfer-failed", "the session lost track of the transfer");
      return { ...transfer, reply };
    },
  };
}

const noReply: FtpReply = { code: 0, lines: [] };
