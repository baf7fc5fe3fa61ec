import { isIP, isIPv4 } from "node:net";
import { z } from "zod";
import { amountForm, multiples, scaled } from "../amount.ts";

const durationForm = 'expected seconds, or text such as "90s", "5m" or "1.5h"';
const bytesForm = 'expected bytes, or text such as "500 kB", "64 MiB" or "10 GB"';

/** The longest that a timer can be set to. */
const mostSeconds = 2_000_000;

/** Milliseconds, written as seconds or with a unit. */
export const duration: z.ZodType<number, number | string> = z
  .union(
    [
      z.number().min(0).max(mostSeconds),
      z.string().regex(/^\d{1,9}(?:\.\d{1,3})? ?(?:ms|s|m|h|d)$/, { error: durationForm }),
    ],
    { error: durationForm },
  )
  .transform((value) => (typeof value === "number" ? value * 1000 : scaled(value, milliseconds)))
  .refine((value) => value <= mostSeconds * 1000, { error: "expected no more than 23 days" })
  .meta({ description: "Seconds, or text with a unit: ms, s, m, h, d" });

/** Bytes, written as a number or with a unit of 1000 or 1024. */
export const bytes: z.ZodType<number, number | string> = z
  .union([z.int().min(0), z.string().regex(amountForm, { error: bytesForm })], { error: bytesForm })
  .transform((value) => (typeof value === "number" ? value : Math.round(scaled(value, multiples))))
  .meta({ description: "Bytes, or text with a unit: kB, MB, GB, TB, KiB, MiB, GiB, TiB" });

export const count: z.ZodType<number, number> = z.int().min(0).max(1_000_000_000);

/** Bytes a second, each way. */
export const rate: z.ZodType<{ readonly up?: number; readonly down?: number }> = z
  .strictObject({ up: bytes.exactOptional(), down: bytes.exactOptional() })
  .meta({ description: "Bytes a second" });

/** A port to listen at; 0 picks a free one. */
export const port: z.ZodType<number, number> = z.int().min(0).max(65_535);

const usedPort = z.int().min(1).max(65_535);

/** First and last port of a range. */
export const portRange: z.ZodType<[number, number], [number, number]> = z
  .tuple([usedPort, usedPort], { error: "expected the first and the last port, such as [50000, 50100]" })
  .refine(([first, last]) => first <= last, { error: "expected the first port not above the last one" });

export const ipv4: z.ZodType<string, string> = z
  .string()
  .refine(isIPv4, { error: "expected an IPv4 address, such as 203.0.113.7" });

/** An address, or a network as `192.0.2.0/24`. */
export const network: z.ZodType<string, string> = z.string().refine(
  (text) => {
    const [address = "", bits, more] = text.split("/");
    const family = isIP(address);
    const isPrefix =
      bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    return family !== 0 && isPrefix && more === undefined;
  },
  { error: "expected an address or a network, such as 192.0.2.7 or 2001:db8::/32" },
);

/** Permission bits as they are written everywhere: in octal. */
export const fileMode: z.ZodType<number, string> = z
  .string()
  .regex(/^[0-7]{3,4}$/, { error: 'expected permissions in octal, such as "0640"' })
  .transform((text) => Number.parseInt(text, 8));

export const text: z.ZodType<string, string> = z.string().min(1);

/** A file or directory of this machine, counted from the configuration's own directory. */
export const localPath: z.ZodType<string, string> = z
  .string()
  .min(1)
  .meta({ description: "A path, counted from the directory of this file" });

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
