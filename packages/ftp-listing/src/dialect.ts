/** Every form of line that can be told. */
export type DialectName = "unix" | "mlsx";
