/** No more than so many characters are searched for secrets, which is far more than is shown. */
const SEARCHED = 262_144;

/** The beginning of a text, masked before it is cut: a secret that is cut in two would not be known any more. */
export function excerptOf(text: string, length: number, redact: (text: string) => string): string {
  if (text.length <= length) return redact(text);
  const masked = redact(text.slice(0, SEARCHED));
  return `${masked.slice(0, length)}...`;
}
