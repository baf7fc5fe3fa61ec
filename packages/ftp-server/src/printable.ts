/** Text of a client as events may show it: without control characters and halves of characters, at most 256 long. */
export function printable(text: string): string {
  return text.replace(unprintable, "?").slice(0, 256);
}

const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/gu;
