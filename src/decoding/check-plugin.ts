/**
 * Whether a value is a decoder plugin, by its shape: its code may be anyone's, and its zod another copy than ours.
 *
 * Knows the contract; loads nothing and calls none of the plugin's methods but those of its options' schema.
 */
import { z } from 'zod';
import { type AnyDecoderPlugin, decoderNamePattern } from './registry.ts';

const name = z.string().regex(decoderNamePattern, 'must be lower-case words joined by hyphens');
const text = z.string().min(1, 'must be a text');
const method = z.custom(isFunction, 'must be a function');
const enumValuePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;
const optionNamePattern = /^[a-z][A-Za-z0-9]*$/;

const pluginShape = z.object({
  name,
  title: text,
  description: text,
  roles: z.array(z.enum(['causal', 'masked', 'fusion'])).min(1),
  options: z.custom(isZodSchema, 'must be a schema of zod 4'),
  capabilities: z.object({
    streams: z.enum(['LEFT_TO_RIGHT', 'ANY_ORDER']),
    features: z.array(z.enum(['REVISES', 'ALTERNATIVES', 'SCORES'])),
    sampling: z.array(z.enum(['temperature', 'topK', 'topP', 'repetitionPenalty'])),
  }),
  likelihood: method,
  maxSteps: method,
  create: method,
  refusal: method.optional(),
  ownBytes: method.optional(),
});

/** A plugin, or all that keeps a value from being one. */
export type CheckedPlugin =
  | { readonly plugin: AnyDecoderPlugin }
  | { readonly problems: readonly string[] };

/** Checks the shape of a plugin and of its options. */
export function checkPlugin(value: unknown): CheckedPlugin {
  const parsed = pluginShape.safeParse(value);
  const problems = (parsed.error?.issues ?? []).map(
    ({ path, message }) => `"${path.join('.') || 'decoder'}": ${message}`,
  );
  const options = optionsOf(value);
  const all = [...problems, ...(isZodSchema(options) ? optionProblems(options) : [])];
  // The value itself, not what zod copied of it: methods keep their `this`.
  return all.length === 0 && isPlugin(value) ? { plugin: value } : { problems: all };
}

function isPlugin(value: unknown): value is AnyDecoderPlugin {
  return pluginShape.safeParse(value).success;
}

function optionsOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'options' in value ? value.options : null;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** By its marks: a schema of another copy of zod is one too. */
function isZodSchema(value: unknown): value is z.ZodType {
  return (
    typeof value === 'object' &&
    value !== null &&
    '_zod' in value &&
    'safeParse' in value &&
    isFunction(value.safeParse)
  );
}

function optionProblems(options: z.ZodType): string[] {
  const schema = jsonSchemaOf(options);
  if (schema === null) return ['"options": has a type that JSON Schema cannot say'];
  if (schema.type !== 'object') return ['"options": must be an object schema, z.strictObject'];
  const fields = Object.entries(schema.properties ?? {});
  return [
    ...(schema.additionalProperties === false ? [] : ['"options": must be a z.strictObject']),
    ...(fields.length > 0 ? [] : ['"options": must have at least one field']),
    ...(schema.required ?? []).map(
      (field) => `"options.${field}": must have a default or be optional`,
    ),
    ...fields.flatMap(([field, type]) => fieldProblems(field, type)),
  ];
}

function fieldProblems(field: string, schema: z.core.JSONSchema._JSONSchema): string[] {
  if (typeof schema === 'boolean') return [`"options.${field}": must be a plain field`];
  const isPlain = ['integer', 'number', 'boolean', 'string'].includes(String(schema.type));
  return [
    ...(optionNamePattern.test(field) ? [] : [`"options.${field}": must be a camel-case name`]),
    ...enumProblems(field, schema.enum ?? []),
    ...(schema.description ? [] : [`"options.${field}": must be described`]),
    ...(isPlain
      ? []
      : [`"options.${field}": must be an integer, number, boolean, string or an enum of strings`]),
  ];
}

/** GraphQL writes the values of an enum as names in capitals: words in any spelling have one, each its own. */
function enumProblems(field: string, values: readonly unknown[]): string[] {
  const names = new Set(values.map((value) => String(value).replace(/[-_]/g, '').toLowerCase()));
  const areWords = values.every((value) => enumValuePattern.test(String(value)));
  if (areWords && names.size === values.length) return [];
  return [`"options.${field}": must have values that are words, and differ in more than spelling`];
}

function jsonSchemaOf(options: z.ZodType): z.core.JSONSchema.BaseSchema | null {
  try {
    return z.toJSONSchema(options, { io: 'input' });
  } catch {
    return null;
  }
}
