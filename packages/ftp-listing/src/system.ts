import type { DialectName } from "./dialect-name.ts";

/** Words in the answer to SYST (RFC 959 §4.1.3; names of RFC 943 and what servers really say), in lower case. */
const systems = [
  ["mvs", ["zos-dataset", "zos-member", "zos-loadlib", "zos-jes"]],
  ["z/os", ["zos-dataset", "zos-member", "zos-loadlib", "zos-jes"]],
  ["os/390", ["zos-dataset", "zos-member", "zos-loadlib", "zos-jes"]],
  ["z/vm", ["zvm", "cms"]],
  ["vm/", ["zvm", "cms"]],
  ["vm is", ["zvm", "cms"]],
  ["os/400", ["os400", "unix"]],
  ["i5/os", ["os400", "unix"]],
  ["nonstop", ["nonstop"]],
  ["tandem", ["nonstop"]],
  ["guardian", ["nonstop"]],
  ["vms", ["vms"]],
  ["os/2", ["os2"]],
  ["os-9", ["os9"]],
  ["os9", ["os9"]],
  ["netware", ["netware"]],
  ["macos", ["netpresenz"]],
  ["vxworks", ["vxworks"]],
  ["windows_nt", ["dos", "unix"]],
] as const satisfies readonly (readonly [string, readonly DialectName[]])[];

/**
 * The dialects that a server's answer to SYST announces, for the `dialect` option; none when it says nothing
 * sure, as most say `UNIX Type: L8` whatever they are.
 *
 * @param reply the text behind the code 215
 */
export function dialectsOfSystem(reply: string): readonly DialectName[] {
  const text = reply.toLowerCase();
  return systems.find(([word]) => text.includes(word))?.[1] ?? [];
}
