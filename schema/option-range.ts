/**
 * What numbers an option allows, in words: GraphQL's own types cannot say it.
 *
 * Knows JSON Schema as decoders describe their options; names no option.
 */

/** Values by key, as they come out of a JSON Schema. */
type Keyed = Readonly<Record<string, unknown>>;

/**
 * A sentence such as "From 1 to 16."; empty for an option without bounds.
 *
 * @param optionsSchema - JSON Schema of all options of a decoder.
 */
export function rangeOf(optionsSchema: Keyed, option: string): string {
  const properties = keyed(optionsSchema['properties']);
  const field = keyed(properties[option]);
  const [least, most] = [bound(field['minimum']), bound(field['maximum'])];
  if (least !== null && most !== null) return `From ${least} to ${most}.`;
  const words = [
    ['at least', least],
    ['above', bound(field['exclusiveMinimum'])],
    ['at most', most],
    ['below', bound(field['exclusiveMaximum'])],
  ] as const;
  const text = words.flatMap(([word, value]) => (value === null ? [] : `${word} ${value}`));
  return text.length === 0 ? '' : `${capitalized(text.join(' and '))}.`;
}

/** The limits of safe integers, which every integer schema has, are none of the option. */
function bound(value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;
}

function keyed(value: unknown): Keyed {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** With a capital at its start. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
