import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { CommandFailure, toLine, usageFailure } from "../failure.ts";
import type { HostConfig } from "./host.ts";
import { tellProblems } from "./problem.ts";
import { type Config, schema } from "./schema.ts";
import type { TftpConfig } from "./tftp.ts";
import type { TlsConfig } from "./tls.ts";

/**
 * Reads a configuration file.
 *
 * @throws {CommandFailure} wrong usage, with a line for each thing that is wrong and the path to it
 */
export async function readConfig(file: string): Promise<Config> {
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (error) {
    throw usageFailure(`${file} cannot be read (${toLine(error)}); give a configuration in JSON`);
  }
  return withPaths(parseConfig(source, file), dirname(resolve(file)));
}

/** @throws {CommandFailure} as {@link readConfig} */
export function parseConfig(source: string, file: string): Config {
  const input = parseJson(source, file);
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = tellProblems(parsed.error.issues, input, knownKeys);
  const [first = "", ...others] = problems;
  if (others.length === 0) throw new CommandFailure(2, `${file}: ${first}`);
  throw new CommandFailure(2, `${file}: ${problems.length} things are wrong`, { details: problems });
}

/** Paths counted from the directory of the file that they stand in. */
function withPaths(config: Config, directory: string): Config {
  const at = (path: string): string => resolve(directory, path);
  const { root, xferlog, tls, log, onUpload, usersFile, hosts, tftp } = config;
  return {
    ...config,
    ...(root === undefined ? {} : { root: at(root) }),
    ...(xferlog === undefined ? {} : { xferlog: at(xferlog) }),
    ...(tls === undefined ? {} : { tls: tlsAt(tls, at) }),
    ...(usersFile === undefined ? {} : { usersFile: filesOf(usersFile, ["path"], at) }),
    ...(hosts === undefined ? {} : { hosts: hosts.map((host) => hostAt(host, at)) }),
    ...(typeof tftp === "object" ? { tftp: tftpAt(tftp, at) } : {}),
    ...(log === undefined ? {} : { log: filesOf(log, ["file"], at) }),
    ...(onUpload === undefined
      ? {}
      : { onUpload: { ...onUpload, command: commandAt(onUpload.command, at) } }),
  };
}

function filesOf<Section extends object>(
  section: Section,
  keys: readonly (keyof Section)[],
  at: (path: string) => string,
): Section {
  const moved = keys.flatMap((key) => {
    const path = section[key];
    return typeof path === "string" ? [[key, at(path)]] : [];
  });
  return { ...section, ...Object.fromEntries(moved) };
}

type At = (path: string) => string;

function tlsAt(tls: TlsConfig, at: At): TlsConfig {
  const { certificates, clientCertificates } = tls;
  return {
    ...filesOf(tls, ["cert", "key"], at),
    ...(certificates && { certificates: certificates.map((one) => filesOf(one, ["cert", "key"], at)) }),
    ...(clientCertificates && {
      clientCertificates: {
        ...filesOf(clientCertificates, ["revoked"], at),
        authorities: [clientCertificates.authorities].flat().map(at),
      },
    }),
  };
}

function hostAt(host: HostConfig, at: At): HostConfig {
  const { usersFile, certificate } = host;
  return {
    ...filesOf(host, ["root"], at),
    ...(usersFile && { usersFile: filesOf(usersFile, ["path"], at) }),
    ...(certificate && { certificate: filesOf(certificate, ["cert", "key"], at) }),
  };
}

function tftpAt(tftp: TftpConfig, at: At): TftpConfig {
  const { roots } = tftp;
  return {
    ...filesOf(tftp, ["rewrite"], at),
    ...(roots && { roots: roots.map((one) => filesOf(one, ["directory"], at)) }),
  };
}

/** A program without a slash is looked for where programs are. */
function commandAt(
  [program = "", ...args]: readonly string[],
  at: (path: string) => string,
): readonly string[] {
  return [program.includes("/") ? at(program) : program, ...args];
}

/** The JSON Schema of a configuration file. */
export function configSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return { $schema, title: "Configuration of longshore serve", ...rest };
}

function parseJson(source: string, file: string): unknown {
  try {
    return JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? source.length);
    const before = source.slice(0, position).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const what = message.replace(/ in JSON at position.*$/s, "").replace(/, \.\.\..*$/s, "");
    throw usageFailure(`${file}: no JSON at ${place}: ${toLine(what)}`);
  }
}

/** The keys that the schema has at a path, gathered from all alternatives there. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let nodes: readonly JsonSchema[] = [configSchema() as JsonSchema];
  for (const part of path) nodes = nodes.flatMap(alternatives).flatMap((node) => childOf(node, part));
  return [...new Set(nodes.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

const alternatives = (node: JsonSchema): readonly JsonSchema[] =>
  node.anyOf === undefined ? [node] : node.anyOf.flatMap(alternatives);

function childOf({ properties, additionalProperties, items }: JsonSchema, part: PropertyKey): JsonSchema[] {
  if (typeof part === "number") return items === undefined ? [] : [items];
  const own = properties?.[String(part)];
  if (own !== undefined) return [own];
  return typeof additionalProperties === "object" ? [additionalProperties] : [];
}
