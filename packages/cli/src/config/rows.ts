import type { z } from "zod";

/**
 * A row of the schema for every option of a library and for nothing else: `z.strictObject({ … } satisfies Rows<Options>)`
 * does not compile while one is missing, so that the library cannot gain an option that a configuration file does not have.
 */
export type Rows<Options> = { readonly [Option in keyof Required<Options>]: z.ZodType };

/** The options of what is one thing of several, such as `false` or a set of options. */
export type OptionsOf<Value> = Extract<Value, object>;
