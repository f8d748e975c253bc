/**
 * A decoder's options as a client learns them: fields of a JSON Schema, and values for them from text.
 *
 * Knows plain fields; knows no decoder.
 */
import { z } from 'zod';

const fieldSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  description: z.string().default(''),
});

const optionsSchema = z.object({
  properties: z.record(z.string(), fieldSchema).default({}),
});

/** One option. */
export type OptionField = z.output<typeof fieldSchema>;

/** A bound of a JSON Schema beyond this is that of its number type, and none of the option. */
const widestBound = 2 ** 53 - 2;

/** Reads a decoder's `optionsSchema`: fields by name. */
export function optionFieldsOf(schema: unknown): ReadonlyMap<string, OptionField> {
  return new Map(Object.entries(optionsSchema.parse(schema).properties));
}

/** A value that leaves an option to the decoder, as its absence does. */
const automatic = 'auto';

/** What a value of the option is, in words. */
export function describeValues(field: OptionField): string {
  return alternatives(valuesOf(field));
}

/** The same with `auto`, where the option may be that. */
export function describeAccepted(field: OptionField): string {
  return alternatives([...valuesOf(field), ...(canBeAutomatic(field) ? [automatic] : [])]);
}

function valuesOf(field: OptionField): readonly string[] {
  const { type, enum: values } = field;
  if (values !== undefined) return values;
  if (type === 'boolean') return ['true', 'false'];
  const noun = type === 'integer' ? 'a whole number' : type === 'number' ? 'a number' : 'a text';
  return [`${noun}${describeRange(field)}`];
}

/** Options that may be absent; of one that may have any text, `auto` is one. */
function canBeAutomatic(field: OptionField): boolean {
  const isText = field.type === 'string' && field.enum === undefined;
  return field.default === undefined && !isText && field.enum?.includes(automatic) !== true;
}

function alternatives(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

function describeRange(field: OptionField): string {
  const minimum = boundOf(field.minimum);
  const maximum = boundOf(field.maximum);
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const bounds = [
    ['at least', minimum],
    ['above', field.exclusiveMinimum],
    ['at most', maximum],
    ['below', field.exclusiveMaximum],
  ].flatMap(([words, bound]) => (bound === undefined ? [] : [`${words} ${bound}`]));
  const words = bounds.join(' and ');
  return words.startsWith('at') ? ` of ${words}` : words && ` ${words}`;
}

function boundOf(bound: number | undefined): number | undefined {
  return bound === undefined || Math.abs(bound) > widestBound ? undefined : bound;
}

/**
 * Reads a value as the decoder takes it; null leaves the option to the decoder, undefined is no value. Ranges are the
 * server's to check.
 */
export function optionValue(field: OptionField, text: string): unknown {
  if (text === automatic && canBeAutomatic(field)) return null;
  if (field.enum !== undefined) {
    return field.enum.find((known) => lettersOf(known) === lettersOf(text));
  }
  switch (field.type) {
    case 'integer':
      return integerOf(text);
    case 'number':
      return numberOf(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text;
  }
}

/** What is the same in `left-to-right`, `leftToRight` and `LEFT_TO_RIGHT`. */
function lettersOf(value: string): string {
  return value.toLowerCase().replace(/[-_ ]/g, '');
}

/** A whole number that GraphQL's Int can carry; undefined for another text. */
export function integerOf(text: string): number | undefined {
  return /^-?\d{1,10}$/.test(text) && Number(text) === (Number(text) | 0)
    ? Number(text)
    : undefined;
}

/** A finite number; undefined for another text. */
export function numberOf(text: string): number | undefined {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
