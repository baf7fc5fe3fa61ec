/** Points where the way on depends on the operation, the options or the data connection. */
export const decisions: Readonly<Record<ClientDecision, string>> = {
  reached: "TLS first where it is implicit, else the greeting",
  greeted: "AUTH TLS where it is explicit, else idle",
  secured: "the greeting where TLS is implicit, else idle",
  authorized: "PBSZ where there is TLS, else settled",
  answered: "settled when the code is one that the command expects, else failed",
  protected: "CCC where the commands are to go on in clear, else settled",
  kept: "settled where CCC was only to be tried, else failed",
  typed: "what the TYPE was for: a transfer's first data mode, or the command itself",
  next: "the next data mode that is left; failed when there is none",
  addressed: "the passive address, when the reply holds one, else the next data mode",
  positioned:
    "REST where the transfer begins elsewhere, ALLO where its size is to be told, then the transfer command",
  fallback: "the next data mode when no byte has moved and one is left, else failed",
  ended: "settled when the data connection has ended too, else its end is awaited",
};

export type ClientDecision =
  | "reached"
  | "greeted"
  | "secured"
  | "authorized"
  | "answered"
  | "protected"
  | "kept"
  | "typed"
  | "next"
  | "addressed"
  | "positioned"
  | "fallback"
  | "ended";
