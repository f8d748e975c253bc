/**
 * The model and the decoder that flags name, as the API's inputs.
 *
 * Knows a server's catalog; knows no decoder by name.
 */
import type { CatalogQuery, DecoderInput } from '../client/generated/graphql.ts';
import { decoderFieldName } from '../decoding/registry.ts';
import { describeAccepted, optionFieldsOf, optionValue } from './decoder-options.ts';
import type { FlagProblems } from './flag-problems.ts';

/** Flags that name a model, a decoder and its options. */
export type DecoderFlags = {
  readonly model?: string;
  readonly decoder?: string;
  /** `key=value`. */
  readonly option: readonly string[];
};

/** Inputs; what no flag names is left to the server. */
export type DecoderChoice = {
  readonly model: string | undefined;
  readonly decoder: DecoderInput | undefined;
};

type DecoderEntry = CatalogQuery['decoders'][number];
type ModelEntry = CatalogQuery['models'][number];

/** Finds what the flags name in the catalog of the server that is asked. */
export function decoderChoiceOf(
  flags: DecoderFlags,
  catalog: CatalogQuery,
  problems: FlagProblems,
): DecoderChoice {
  const model = modelOf(flags, catalog, problems);
  return { model: model?.id, decoder: decoderOf(flags, { catalog, model }, problems) };
}

function modelOf({ model }: DecoderFlags, { models }: CatalogQuery, problems: FlagProblems) {
  if (model === undefined) return undefined;
  const found = models.find(({ id, name }) => model === name || model === id);
  if (found === undefined) problems.add('--model', unknown(`model "${model}"`, names(models)));
  return found;
}

function decoderOf(
  { decoder: name, option }: DecoderFlags,
  { catalog, model }: { catalog: CatalogQuery; model: ModelEntry | undefined },
  problems: FlagProblems,
): DecoderInput | undefined {
  if (name === undefined && option.length === 0) return undefined;
  const { decoders, models } = catalog;
  const wanted = name ?? (model ?? models[0])?.decoders[0]?.name;
  const decoder = decoders.find((known) => known.name === wanted);
  if (decoder === undefined) {
    problems.add('--decoder', unknown(`decoder "${wanted}"`, names(decoders)));
    return undefined;
  }
  const options = optionsOf(decoder, option, problems);
  // The server has told that it has this decoder with these options; the type knows those of this build only.
  return { [decoderFieldName(decoder.name)]: options } as DecoderInput;
}

function optionsOf(
  decoder: DecoderEntry,
  options: readonly string[],
  problems: FlagProblems,
): Record<string, unknown> {
  const fields = optionFieldsOf(decoder.optionsSchema);
  const values = new Map<string, unknown>();
  const refuse = (message: string) => problems.add('--option', message);
  for (const option of options) {
    const [, key = option, text] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
    const field = fields.get(key);
    if (text === undefined) {
      refuse(`"${option}" is not of the form key=value.`);
    } else if (field === undefined) {
      refuse(unknown(`option "${key}" of the decoder "${decoder.name}"`, [...fields.keys()]));
    } else if (values.has(key)) {
      refuse(`"${key}" is given twice.`);
    } else {
      const value = optionValue(field, text);
      if (value === undefined)
        refuse(`"${key}" is "${text}"; it must be ${describeAccepted(field)}.`);
      values.set(key, value);
    }
  }
  return Object.fromEntries(values);
}

function names(entries: readonly { readonly name: string }[]): string[] {
  return entries.map(({ name }) => name);
}

function unknown(what: string, known: readonly string[]): string {
  return `There is no ${what}; ${known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`}.`;
}
