import { z } from "zod";
import type { LogForm, LogLevel } from "../serve/log.ts";
import { mostWorkers } from "../serve/workers/count.ts";
import { count, duration, localPath, port, text } from "./value.ts";

/** What is written down about what happens. */
export interface LogConfig {
  readonly form?: LogForm;
  readonly level?: LogLevel;
  readonly file?: string;
}

export const log: z.ZodType<LogConfig> = z.strictObject({
  form: z.enum(["pretty", "json", "off"]).exactOptional(),
  level: z.enum(["debug", "info", "warn"]).exactOptional().meta({ description: '"info" unless told' }),
  file: localPath.exactOptional().meta({ description: "Standard error unless told" }),
});

export interface MetricsConfig {
  readonly host?: string;
  readonly port: number;
}

export const metrics: z.ZodType<MetricsConfig> = z.strictObject({
  host: text.exactOptional().meta({ description: "127.0.0.1 unless told" }),
  port,
});

/** A program that is run when an upload is complete. */
export interface UploadCommand {
  readonly command: readonly string[];
  readonly parallel?: number;
  readonly waiting?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly hash?: string;
}

export const onUpload: z.ZodType<UploadCommand> = z.strictObject({
  command: z.array(text).min(1).meta({ description: "The program and its arguments; no shell reads them" }),
  parallel: z.int().min(1).max(1000).exactOptional().meta({ description: "At once; 4 unless told" }),
  waiting: count
    .exactOptional()
    .meta({ description: "More than so many waiting are left out; 1000 unless told" }),
  timeout: duration.exactOptional().meta({ description: "It is ended then; 60 s unless told" }),
  hash: text
    .exactOptional()
    .meta({ description: "An algorithm, such as sha256: its digest is LONGSHORE_HASH" }),
});

const workersForm = `expected a number from 1 to ${mostWorkers}, or "auto" for as many as there are processors`;

export const workers: z.ZodType<number | "auto"> = z
  .union([z.int().min(1).max(mostWorkers), z.literal("auto")], { error: workersForm })
  .meta({ description: "Processes that serve FTP, one unless told; limits hold for all together" });
