/**
 * Text and numbers as XML has them.
 */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** For an element or an attribute in quotes; the text has no control characters. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** With at most four decimals, and no exponent. */
export function number(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
}
