/** The opcodes of RFC 1350 §5, and OACK's of RFC 2347. */
export const opcodes = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const satisfies Record<
  string,
  number
>;
