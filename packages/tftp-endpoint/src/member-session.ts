import { now } from "./clock.ts";
import type { Membership, MulticastGroups } from "./multicast-group.ts";
import { openSession, type Session, type SessionOptions, toRequest } from "./session.ts";

/** What a request for a file that others may want as well leads to: a place in a group, or a session as any other. */
export function openMemberSession(options: SessionOptions, groups: MulticastGroups): Session {
  const { id, packet, remote, emit } = options;
  const about = { id, operation: "read", filename: packet.filename, remote } as const;
  const openedAt = now();
  const gone = new AbortController();
  let alone: Session | undefined;
  let membership: Membership | undefined;
  let heardAt = openedAt;
  let isConfirmed = false;
  let isClosed = false;

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    gone.abort();
    options.onSettled();
    options.onClosed();
  }

  async function open(): Promise<void> {
    const isJoined = await groups
      .join(options, toRequest(options, gone.signal), {
        onHeard() {
          heardAt = now();
        },
        onConfirmed() {
          isConfirmed = true;
          options.onConfirmed();
        },
        onStart(started) {
          membership = started;
          const { terms, size, local, granted } = started;
          emit({
            type: "transfer-start",
            ...about,
            local,
            granted,
            blockSize: terms.blockSize,
            windowSize: 1,
            size,
          });
          if (isClosed) started.leave("the client began anew");
        },
        onEnd({ outcome, statistics }) {
          emit({
            type: "transfer-end",
            ...about,
            mode: options.mode,
            outcome,
            options: packet.options,
            granted: membership?.granted ?? [],
            blockSize: membership?.terms.blockSize ?? 512,
            windowSize: 1,
            statistics,
            duration: now() - openedAt,
          });
          close();
        },
      })
      // An ordinary session meets the same error, and tells of it.
      .catch(() => false);
    if (!isJoined && !isClosed) alone = openSession(options);
  }

  void open();
  return {
    id,
    get isSettled() {
      return alone?.isSettled ?? isClosed;
    },
    get isConfirmed() {
      return alone?.isConfirmed ?? isConfirmed;
    },
    openedAt,
    get heardAt() {
      return alone?.heardAt ?? heardAt;
    },
    repeat() {
      if (alone !== undefined) alone.repeat();
      else membership?.repeat();
    },
    fail(code, message) {
      if (alone !== undefined) alone.fail(code, message);
      else if (membership !== undefined) membership.leave(message, code);
      else close();
    },
    abandon(message) {
      if (alone !== undefined) alone.abandon(message);
      else if (membership !== undefined) membership.leave(message);
      else close();
    },
  };
}
