/**
 * The choice of a decoder as an input: one field per registered decoder, typed by that decoder's options.
 *
 * Built from descriptions; names no decoder.
 */
import type { Problem } from '../src/errors.ts';
import type { DecoderDescription, InfillInput, OptionField } from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import { capitalized, rangeOf } from './option-range.ts';
import type { Parts } from './parts.ts';
import { pluginOptionsOf } from './plugin-options.ts';

type DecoderRequest = NonNullable<InfillInput['decoder']>;

/** Value of `DecoderInput`: a decoder's field name with its options, or `plugin`; exactly one. */
export type DecoderChoice = Readonly<Record<string, OptionValues | null | undefined>>;

/** The field of `DecoderInput` that names a decoder by its registered name. */
const byName = 'plugin';

/** Where the options of a decoder are that is chosen by name. */
export const optionsPath = ['decoder', byName, 'options'] as const;

/** Values by option name. */
type OptionValues = Readonly<Record<string, unknown>>;

/** Adds `DecoderInput`, one options type per decoder, and `PluginDecoderInput`. */
export function defineDecoderInput({ builder, service }: Parts) {
  const choice = builder.inputRef<DecoderChoice>('DecoderInput');
  const options = service.decoders.map(
    (decoder) => [decoder, defineOptions(builder, decoder)] as const,
  );
  const plugin = definePluginInput(builder);
  choice.implement({
    isOneOf: true,
    description: 'The decoder and its options: exactly one field.',
    fields: (t) => ({
      ...Object.fromEntries(
        options.map(([{ fieldName, description }, type]) => [
          fieldName,
          t.field({ type, description }),
        ]),
      ),
      [byName]: t.field({
        type: plugin,
        description:
          'Any decoder of `decoders` by its name, for clients whose copy of the schema does not have it as a field.',
      }),
    }),
  });
  return choice;
}

/** Whether a choice names its decoder in place of having its field. */
export function isByName(choice: DecoderChoice): boolean {
  return choice[byName] != null;
}

/** The decoder that a `DecoderInput` chose, and what is wrong with options that are no object, or too large a one. */
export function chosenDecoder(
  choice: DecoderChoice,
  decoders: readonly DecoderDescription[],
): { readonly decoder: DecoderRequest | undefined; readonly problems: readonly Problem[] } {
  const named = choice[byName];
  if (named != null) {
    const { options, problems } = pluginOptionsOf(named['options'] ?? {}, optionsPath);
    return { decoder: { name: String(named['name']), options: presentOf(options) }, problems };
  }
  const chosen = decoders.find(({ fieldName }) => fieldName in choice);
  const decoder = chosen && {
    name: chosen.name,
    options: presentOf(choice[chosen.fieldName] ?? {}),
  };
  return { decoder, problems: [] };
}

/** The fields that have a value: null means absent in every input of this API. */
export function presentOf(fields: OptionValues): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

function definePluginInput(builder: Builder) {
  const plugin = builder.inputRef<OptionValues>('PluginDecoderInput');
  plugin.implement({
    description: 'A decoder by its name, its options as JSON.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'A `name` of `decoders`.' }),
      options: t.field({
        type: 'JSON',
        description:
          'An object of options as the `optionsSchema` of the decoder has them; its defaults when absent.',
      }),
    }),
  });
  return plugin;
}

function defineOptions(builder: Builder, decoder: DecoderDescription) {
  const typeName = `${capitalized(decoder.fieldName)}Options`;
  const ref = builder.inputRef<OptionValues>(typeName);
  const enums = new Map(
    decoder.optionFields
      .filter(({ type }) => type === 'ENUM')
      .map((option) => [option.name, defineOptionEnum(builder, decoder, option)]),
  );
  ref.implement({
    description: `Options of the decoder "${decoder.title}".`,
    fields: (t) =>
      Object.fromEntries(
        decoder.optionFields.map(({ name, type, description, defaultValue }) => [
          name,
          t.field({
            type: enums.get(name) ?? scalarOf(type),
            description: [description, rangeOf(decoder.optionsSchema, name)].join(' ').trim(),
            defaultValue: defaultValue as never,
          }),
        ]),
      ),
  });
  return ref;
}

function defineOptionEnum(
  builder: Builder,
  decoder: DecoderDescription,
  { name, description, values }: OptionField,
) {
  return builder.enumType(`${capitalized(decoder.fieldName)}${capitalized(name)}`, {
    description,
    values: Object.fromEntries(
      values.map((value) => [
        optionEnumName(value),
        { value, description: `\`${value}\` of \`${name}\`.` },
      ]),
    ),
  });
}

function scalarOf(type: OptionField['type']) {
  switch (type) {
    case 'INT':
      return 'Int';
    case 'FLOAT':
      return 'Float';
    case 'BOOLEAN':
      return 'Boolean';
    case 'STRING':
    case 'ENUM':
      return 'String';
  }
}

/** `left-to-right` and `leftToRight` are `LEFT_TO_RIGHT` in GraphQL. */
function optionEnumName(value: string): string {
  return value
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
