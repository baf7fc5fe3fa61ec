import type { HostPort } from "@longshore/ftp-address";
import type { Secret } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataProtection, TlsRole } from "../data.ts";
import type {
  AuthenticationAnswer,
  CloseReason,
  EstablishAnswer,
  HostAnswer,
  ListenAnswer,
  SessionSummary,
  StoreAnswer,
  StoreRequest,
  Transfer,
} from "./effect.ts";
import type { LoginState } from "./state.ts";
import type { SessionUser } from "./user.ts";

/** What a command comes to, or what it wants first. A command's file says nothing else. */
export type Step =
  /** Answer; `login` moves the login state along. */
  | { readonly step: "answer"; readonly reply: FtpReply; readonly login?: LoginState }
  /** Ask the store, then go on. */
  | {
      readonly step: "ask";
      readonly request: StoreRequest;
      readonly next: (answer: StoreAnswer) => Step;
    }
  /** Have a password checked, then go on. */
  | {
      readonly step: "authenticate";
      readonly user: string;
      readonly password: Secret;
      readonly certified?: true;
      readonly next: (answer: AuthenticationAnswer) => Step;
    }
  /** Have the virtual host chosen, then go on. */
  | {
      readonly step: "select-host";
      readonly host: string;
      readonly next: (answer: HostAnswer) => Step;
    }
  /** Ask who else is there, then go on. */
  | {
      readonly step: "ask-sessions";
      readonly scope: "own" | "all";
      readonly next: (sessions: readonly SessionSummary[]) => Step;
    }
  | { readonly step: "log-in"; readonly user: SessionUser; readonly reply: FtpReply }
  /** Count a failure and answer after a delay. */
  | { readonly step: "refuse-login" }
  /** Open the passive listener, then go on. */
  | {
      readonly step: "listen";
      readonly family: 4 | 6;
      readonly tellsAddress: boolean;
      readonly role: TlsRole;
      readonly next: (answer: ListenAnswer) => Step;
    }
  /** Have the data connection before its transfer, then go on. */
  | {
      readonly step: "establish";
      readonly address?: HostPort;
      readonly role: TlsRole;
      readonly next: (answer: EstablishAnswer) => Step;
    }
  /** Move something over a data connection. */
  | { readonly step: "transfer"; readonly what: Transfer }
  /** Answer when the driver has said how far the transfer is. */
  | { readonly step: "query" }
  /** Answer, and become TLS. */
  | { readonly step: "secure"; readonly protection: DataProtection; readonly reply: FtpReply }
  /** Answer, and become clear again (RFC 4217 §12.3); the login stays. */
  | { readonly step: "clear"; readonly reply: FtpReply }
  /** Set everything back to the greeting. */
  | { readonly step: "reinitialize"; readonly reply: FtpReply }
  | { readonly step: "close"; readonly reply: FtpReply; readonly reason: CloseReason };

export function answer(reply: FtpReply, login?: LoginState): Step {
  return login === undefined ? { step: "answer", reply } : { step: "answer", reply, login };
}

export function ask(request: StoreRequest, next: (answer: StoreAnswer) => Step): Step {
  return { step: "ask", request, next };
}
