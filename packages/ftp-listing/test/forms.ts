import { formatTime, type ListingEntry, type ListingItem } from "@longshore/ftp-listing";

/** What a test says of an entry: only the keys given are compared; times as their ISO text. */
export type Form = Readonly<Record<string, unknown>>;

/** The entry's keys that `form` names, for one comparison that shows all that differs. */
export function seen(item: ListingItem | undefined, form: Form): Form {
  if (item?.kind !== "entry")
    return { kind: item?.kind, ...(item?.kind === "unparsed" && { reason: item.reason }) };
  const flat = flatten(item);
  return Object.fromEntries(Object.keys(form).map((key) => [key, flat[key]]));
}

function flatten(entry: ListingEntry): Record<string, unknown> {
  const { modified } = entry;
  return {
    ...entry.details,
    ...entry,
    version: entry.details?.version,
    when: modified && formatTime(modified),
    or: modified?.alternatives?.map(formatTime),
  };
}
