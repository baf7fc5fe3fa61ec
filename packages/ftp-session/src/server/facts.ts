import type { FileType } from "@longshore/file-store";
import type { StoreFeatures } from "./user.ts";

/**
 * The letters of MLSx's `perm` fact (RFC 3659 §7.5.5), as far as the store tells: what it may refuse for one file
 * is found out by trying.
 */
export function permissionsOf(type: FileType, { capabilities }: StoreFeatures): string {
  if (type === "directory") return capabilities.writable ? "cdeflmp" : "el";
  if (type !== "file") return "r";
  if (!capabilities.writable) return "r";
  return capabilities.append === "none" ? "dfrw" : "adfrw";
}
