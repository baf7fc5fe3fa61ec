import { FileStoreError, toFileStoreError } from "@longshore/file-store";
import type { CountError, CountReply, CountRequest } from "./message.ts";

/** Asks the process that owns the counts, and knows what an answer belongs to. */
export interface Asker {
  /** A number for what is to be asked. */
  next(): number;
  /**
   * Sends a question and resolves with its answer; rejects with what failed there, or when that process is gone.
   *
   * @param at called with the answer as it comes, before the next message is looked at
   */
  ask(
    question: CountRequest & { readonly id: number },
    at?: (reply: CountReply) => void,
  ): Promise<CountReply>;
  /** What needs no answer. */
  tell(message: CountRequest): void;
  answer(reply: CountReply & { readonly id: number }): void;
  close(reason: Error): void;
}

export function createAsker(send: (message: CountRequest) => void): Asker {
  const waiting = new Map<number, { resolve(reply: CountReply): void; reject(error: Error): void }>();
  let lastId = 0;
  let closed: Error | undefined;
  return {
    next: () => ++lastId,
    ask: (question, at = () => {}) =>
      new Promise((resolve, reject) => {
        if (closed !== undefined) return reject(closed);
        waiting.set(question.id, {
          resolve(reply) {
            at(reply);
            resolve(reply);
          },
          reject,
        });
        send(question);
      }),
    tell(message) {
      if (closed === undefined) send(message);
    },
    answer(reply) {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.type === "failed") asked?.reject(new FileStoreError(reply.error.code, reply.error.message));
      else asked?.resolve(reply);
    },
    close(reason) {
      closed = reason;
      for (const { reject } of waiting.values()) reject(reason);
      waiting.clear();
    },
  };
}

/** A failure as a message has it. */
export function countError(cause: unknown): CountError {
  const { code, message } = toFileStoreError(cause);
  return { code, message: message.replace(`${code}: `, "") };
}
