/**
 * The decoders of a process by name, and what clients are told of each.
 *
 * The only place that compares decoder names and that knows their two spellings.
 */
import { z } from 'zod';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { ModelRole } from '../model/models.ts';
import type { DecoderCapabilities, DecoderPlugin, LikelihoodKind } from './decoder.ts';
import { shownText } from './zod-problems.ts';

/** One option of a decoder as a plain field. */
export type OptionField = {
  readonly name: string;
  readonly description: string;
  readonly type: 'INT' | 'FLOAT' | 'BOOLEAN' | 'STRING' | 'ENUM';
  /** Of an ENUM; empty else. */
  readonly values: readonly string[];
  /** Undefined: the option may be absent and has no default. */
  readonly defaultValue: unknown;
};

/** What clients are told of a decoder. */
export type DecoderDescription = {
  /** As in the registry and on the command line: `masked-lm`. */
  readonly name: string;
  /** As a GraphQL field: `maskedLm`. */
  readonly fieldName: string;
  readonly title: string;
  readonly description: string;
  readonly roles: readonly ModelRole[];
  readonly capabilities: DecoderCapabilities;
  /** Of its default options. */
  readonly likelihood: LikelihoodKind;
  readonly optionFields: readonly OptionField[];
  /** JSON Schema of the options. */
  readonly optionsSchema: Readonly<Record<string, unknown>>;
};

/** A plugin whose option type is known to itself only. */
// biome-ignore lint/suspicious/noExplicitAny: options are checked by the plugin's own schema before they reach it.
export type AnyDecoderPlugin = DecoderPlugin<any, any>;

/** What such a plugin makes. */
export type AnyDecoder = ReturnType<AnyDecoderPlugin['create']>;

/** The decoders of a process. */
export type DecoderRegistry = {
  readonly plugins: readonly AnyDecoderPlugin[];
  readonly descriptions: readonly DecoderDescription[];
  has(name: string): boolean;
  /** @throws UNKNOWN_DECODER that lists the known names. */
  find(name: string): AnyDecoderPlugin;
};

/** Words begin with letters, so that the GraphQL spelling keeps them apart. */
export const decoderNamePattern = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/;

/** A GraphQL field of its own, beside those of decoders. */
const reservedFieldName = 'plugin';

/**
 * Makes a registry; order is kept, the first plugin is the default.
 *
 * @throws DUPLICATE_DECODER, INVALID_PLUGIN for a name that cannot be one
 */
export function createRegistry(plugins: readonly AnyDecoderPlugin[]): DecoderRegistry {
  const descriptions = plugins.map(describe);
  checkNames(descriptions);
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  return {
    plugins,
    descriptions,
    has: (name) => byName.has(name),
    find(name) {
      const plugin = byName.get(name);
      if (plugin === undefined) throw problemsError([unknownDecoder(name, [...byName.keys()])]);
      return plugin;
    },
  };
}

/** The problem of a name that no decoder has; those with a field of their own in GraphQL cannot have it. */
export function unknownDecoder(name: string, known: readonly string[]): Problem {
  return {
    path: ['decoder', 'plugin', 'name'],
    code: 'UNKNOWN_DECODER',
    message: `There is no decoder "${shownText(name)}"; there are: ${known.join(', ')}.`,
    value: shownText(name),
    limit: null,
  };
}

/**
 * Checks that decoders can be told apart, under both spellings.
 *
 * @throws DUPLICATE_DECODER; INVALID_PLUGIN for a name that cannot be one
 */
export function checkNames(decoders: readonly { readonly name: string }[]): void {
  const nameOf = new Map<string, string>();
  for (const { name } of decoders) {
    const fieldName = decoderFieldName(name);
    const other = nameOf.get(fieldName);
    if (other !== undefined) throw duplicate(name, other);
    if (!decoderNamePattern.test(name) || fieldName === reservedFieldName) {
      throw new InfillError(
        'INVALID_PLUGIN',
        `"${name}" is no name of a decoder: lower-case words joined by hyphens, and not "${reservedFieldName}".`,
      );
    }
    nameOf.set(fieldName, name);
  }
}

function duplicate(name: string, other: string): InfillError {
  const message =
    name === other
      ? `Two decoders are named "${name}".`
      : `Decoders "${other}" and "${name}" are both "${decoderFieldName(name)}" in GraphQL.`;
  return new InfillError('DUPLICATE_DECODER', message);
}

/** `masked-lm` is `maskedLm` in GraphQL. */
function decoderFieldName(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function describe(plugin: AnyDecoderPlugin): DecoderDescription {
  const optionsSchema = z.toJSONSchema(plugin.options, { io: 'input' });
  return {
    name: plugin.name,
    fieldName: decoderFieldName(plugin.name),
    title: plugin.title,
    description: plugin.description,
    roles: plugin.roles,
    capabilities: plugin.capabilities,
    likelihood: plugin.likelihood(plugin.options.parse({})),
    optionFields: Object.entries(optionsSchema.properties ?? {}).map(([name, schema]) =>
      optionField(name, schema),
    ),
    optionsSchema,
  };
}

function optionField(name: string, schema: z.core.JSONSchema._JSONSchema): OptionField {
  const {
    type,
    description,
    enum: values,
    default: defaultValue,
  } = schema === true || schema === false ? {} : schema;
  return {
    name,
    description: description ?? '',
    type: values === undefined ? fieldType(name, type) : 'ENUM',
    values: (values ?? []).map(String),
    defaultValue,
  };
}

function fieldType(name: string, type: unknown): OptionField['type'] {
  switch (type) {
    case 'integer':
      return 'INT';
    case 'number':
      return 'FLOAT';
    case 'boolean':
      return 'BOOLEAN';
    case 'string':
      return 'STRING';
    default:
      throw new TypeError(
        `Option "${name}" has type ${String(type)}; a decoder's options are plain fields.`,
      );
  }
}
