/** A section that may be only on or off; nothing where it is off. */
export function sectionOf<Section extends object>(
  section: boolean | Section | undefined,
): Section | undefined {
  if (section === false) return undefined;
  return typeof section === "object" ? section : ({} as Section);
}
