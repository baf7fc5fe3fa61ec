// The opcodes of RFC 1350 §5, and OACK's of RFC 2347.
export const rrqOpcode = 1;
export const wrqOpcode = 2;
export const dataOpcode = 3;
export const ackOpcode = 4;
export const errorOpcode = 5;
export const oackOpcode = 6;
