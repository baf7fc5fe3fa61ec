import { readFileSync } from "node:fs";

export interface OwnerNames {
  user(id: number): string | undefined;
  group(id: number): string | undefined;
}

/** The names in /etc/passwd and /etc/group, read once; nobody has one where they cannot be read. */
export function readOwnerNames(): OwnerNames {
  const users = readNames("/etc/passwd");
  const groups = readNames("/etc/group");
  return { user: (id) => users.get(id), group: (id) => groups.get(id) };
}

/** Lines of `name:password:number:…`; the first name of a number counts, as it does for the system. */
function readNames(path: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return names;
  }
  for (const line of text.split("\n")) {
    const [name = "", , id = ""] = line.split(":");
    if (/^[^\s#+-][^\s]*$/.test(name) && /^\d+$/.test(id) && !names.has(Number(id)))
      names.set(Number(id), name);
  }
  return names;
}
