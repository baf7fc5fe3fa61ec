const control = /[\u0000-\u001f\u007f]/;
const controls = /[\u0000-\u001f\u007f]/g;

/**
 * `name` with each control character as `?`, so that one entry stays one line: a CR, an LF or a NUL in a name
 * would end the line early and let the name forge entries. A name without them comes back as it is.
 */
export function printableName(name: string): string {
  return control.test(name) ? name.replace(controls, "?") : name;
}
