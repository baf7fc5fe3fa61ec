import fc, { type Arbitrary } from "fast-check";
import {
  type ArgumentsByGrammar,
  commandTable,
  createSecret,
  type FtpCommand,
  type GrammarName,
  millisecondsToTimeVal,
  type Octets,
  type Verb,
  verbs,
} from "../src/index.ts";

/** What an argument may hold, dense in what the grammars split at. */
const letter = fc.oneof(
  fc.constantFrom(" ", " ", '"', ";", "=", "1", "0", "a", "-", ".", "é", "\t", "\u202e", "\ud83d\ude00"),
  fc.string({ minLength: 1, maxLength: 1, unit: "binary" }).filter((text) => !/[\r\n\0]/.test(text)),
);
const text = fc.array(letter, { minLength: 1, maxLength: 12 }).map((letters) => letters.join(""));
const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,10}$/);
const octets: Arbitrary<Octets> = fc
  .bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
  .chain((most) => fc.constantFrom(most, most >> 12n, most >> 48n, 0n))
  .map((value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value));
const time = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(millisecondsToTimeVal);
const path = fc.record({ path: text });
const optionalPath = fc.record({ path: text }, { requiredKeys: [] });
const password = fc.record({ password: fc.oneof(text, fc.constant("")).map(createSecret) });
const onOff = fc.constantFrom<"ON" | "OFF">("ON", "OFF");
const start = fc.record({ path: text, start: octets });

/** Every argument that a grammar can make. */
const argumentsOf: { readonly [G in GrammarName]: Arbitrary<ArgumentsByGrammar[G]> } = {
  none: fc.constant({}),
  ignored: fc.constant({}),
  text: fc.record({ text }),
  optionalText: fc.record({ text }, { requiredKeys: [] }),
  topic: fc.record({ topic: text }, { requiredKeys: [] }),
  path,
  optionalPath,
  username: fc.record({ username: text }),
  password,
  requiredPassword: password,
  account: fc.record({ account: text.map(createSecret) }),
  address: fc.record({ address: text }),
  type: fc.oneof(
    fc.record({ type: fc.constantFrom<"A" | "E">("A", "E") }),
    fc.record({
      type: fc.constantFrom<"A" | "E">("A", "E"),
      form: fc.constantFrom<"N" | "T" | "C">("N", "T", "C"),
    }),
    fc.record({ type: fc.constant<"I">("I") }),
    fc.record({ type: fc.constant<"L">("L"), byteSize: fc.integer({ min: 1, max: 255 }) }),
  ),
  structure: fc.record({ structure: fc.constantFrom<"F" | "R" | "P">("F", "R", "P") }),
  mode: fc.record({ mode: fc.constantFrom<"S" | "B" | "C" | "Z">("S", "B", "C", "Z") }),
  allocation: fc.record({ size: octets, recordSize: octets }, { requiredKeys: ["size"] }),
  restart: fc.oneof(
    fc.record({ offset: octets }),
    fc.record({ marker: fc.stringMatching(/^[!-~]{0,8}[!-/:-~][!-~]{0,8}$/) }),
  ),
  mechanism: fc.record({ mechanism: fc.stringMatching(/^[A-Z0-9_-]{1,12}$/) }),
  securityData: fc.record({ data: fc.base64String({ minLength: 4, maxLength: 24 }).map(createSecret) }),
  bufferSize: fc.record({ size: fc.integer({ min: 0, max: 0xffff_ffff }) }),
  protection: fc.record({ level: fc.constantFrom<"C" | "S" | "E" | "P">("C", "S", "E", "P") }),
  switch: fc.record({ state: onOff }, { requiredKeys: [] }),
  option: fc.record(
    { name: word.filter((name) => !/^(?:utf-?8|mlst|hash|mode)$/i.test(name)), parameters: text },
    { requiredKeys: ["name"] },
  ),
  protocol: fc.record(
    { protocol: fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.constant<"ALL">("ALL")) },
    { requiredKeys: [] },
  ),
  language: fc.record(
    { language: fc.constantFrom("en", "fr-CA", "i-klingon", "zh-Hant-TW") },
    { requiredKeys: [] },
  ),
  modificationTime: fc.record({ path: text, time }, { requiredKeys: ["path"] }),
  host: fc.record({
    host: fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
    ),
  }),
  rangeOfPath: fc.oneof(
    path,
    start,
    start.chain((range) => octets.map((end) => ({ ...range, end }))),
  ),
  timeOfPath: fc.record({ time, path: text }),
  factsOfPath: fc.record({
    facts: fc.array(
      fc.oneof(
        fc.record({ name: fc.constantFrom("Modify", "create"), value: time }),
        fc.record({ name: word.map((name) => `X.${name}`), value: fc.stringMatching(/^[!-:<-~]{0,6}$/) }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    path: text,
  }),
  range: fc.oneof(
    fc.constant({ start: 1, end: 0 }),
    fc.tuple(octets, octets).map(([a, b]) => (a <= b ? { start: a, end: b } : { start: b, end: a })),
  ),
  combination: fc.record({ target: text, parts: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  factNames: fc.record({ facts: fc.array(word, { maxLength: 5 }) }),
  algorithm: fc.record({ algorithm: fc.stringMatching(/^[A-Z0-9_/-]{1,10}$/) }, { requiredKeys: [] }),
  sizeMeaning: fc.constant({ meaning: "EXACT" }),
  modeOptions: fc.record(
    { mode: fc.constant<"Z">("Z"), level: fc.integer({ min: 0, max: 9 }) },
    { requiredKeys: ["mode"] },
  ),
  permissions: fc.record({ permissions: fc.integer({ min: 0, max: 0o7777 }), path: text }),
  mask: fc.record({ mask: fc.integer({ min: 0, max: 0o7777 }) }, { requiredKeys: [] }),
  fileTimes: fc.oneof(
    fc.record({ path: text, modified: time }),
    fc.record({ path: text, accessed: time, modified: time, created: time }),
  ),
  link: fc.record({ target: text, path: text }),
  seconds: fc.record({ seconds: fc.integer({ min: 0, max: 0x7fff_ffff }) }, { requiredKeys: [] }),
};

/** Every command that `verb`'s row allows, by each of its names. */
export function commandOf(verb: Verb): Arbitrary<FtpCommand> {
  const aliases = Object.entries(commandTable).flatMap(([name, row]) =>
    "aliasOf" in row && row.aliasOf === verb ? [{ alias: name }] : [],
  );
  const argument: Arbitrary<unknown> = argumentsOf[commandTable[verb].grammar];
  return fc
    .tuple(argument, fc.constantFrom({}, ...aliases))
    .map(([fields, name]) => ({ verb, ...(fields as object), ...name }) as FtpCommand);
}

export const anyCommand: Arbitrary<FtpCommand> = fc.oneof(...verbs.map(commandOf));
