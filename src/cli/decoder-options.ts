/**
 * A decoder's options as a client learns them: fields of a JSON Schema, and values for them from text.
 *
 * Knows plain fields; knows no decoder.
 */
import { z } from 'zod';
import { optionEnumName } from '../../schema/decoder-input.ts';

const fieldSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  description: z.string().default(''),
});

const optionsSchema = z.object({
  properties: z.record(z.string(), fieldSchema).default({}),
});

/** One option. */
export type OptionField = z.output<typeof fieldSchema>;

/** Reads a decoder's `optionsSchema`: fields by name. */
export function optionFieldsOf(schema: unknown): ReadonlyMap<string, OptionField> {
  return new Map(Object.entries(optionsSchema.parse(schema).properties));
}

/** What a value of the option is, in words. */
export function describeValues({ type, enum: values, minimum, maximum }: OptionField): string {
  if (values !== undefined) return values.join(' or ');
  if (type === 'boolean') return 'true or false';
  const noun = type === 'integer' ? 'a whole number' : type === 'number' ? 'a number' : 'a text';
  if (minimum !== undefined && maximum !== undefined) {
    return `${noun} from ${minimum} to ${maximum}`;
  }
  if (minimum !== undefined) return `${noun} of at least ${minimum}`;
  return maximum === undefined ? noun : `${noun} of at most ${maximum}`;
}

/** Reads a value as GraphQL takes it; undefined when the text is none. Ranges are the server's to check. */
export function optionValue(field: OptionField, text: string): unknown {
  if (field.enum !== undefined) {
    const value = field.enum.find((known) => known.toLowerCase() === text.toLowerCase());
    return value === undefined ? undefined : optionEnumName(value);
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
