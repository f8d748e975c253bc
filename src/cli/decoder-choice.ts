/**
 * The model and the decoder that flags name, as the API's inputs.
 *
 * Knows a server's catalog; knows no decoder by name. What the catalog lacks is sent as it was written, so that the rest is not
 * checked for another model or decoder.
 */
import { optionsPath } from '../../schema/decoder-input.ts';
import type { CatalogQuery, DecoderInput } from '../client/generated/graphql.ts';
import {
  describeAccepted,
  type OptionField,
  optionFieldsOf,
  optionValue,
} from './decoder-options.ts';
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

type ModelEntry = CatalogQuery['models'][number];

/** Finds what the flags name in the catalog of the server that is asked. */
export function decoderChoiceOf(
  flags: DecoderFlags,
  catalog: CatalogQuery,
  problems: FlagProblems,
): DecoderChoice {
  const model = modelOf(flags, catalog, problems);
  return {
    model: model?.id ?? flags.model,
    decoder: decoderOf(flags, { catalog, model }, problems),
  };
}

function modelOf({ model }: DecoderFlags, { models }: CatalogQuery, problems: FlagProblems) {
  if (model === undefined) return undefined;
  const found = models.find(({ id, name }) => model === name || model === id);
  if (found === undefined) {
    problems.add('--model', unknown(`model "${model}"`, names(models)), ['model']);
  }
  return found;
}

function decoderOf(
  { decoder: name, option }: DecoderFlags,
  { catalog, model }: { catalog: CatalogQuery; model: ModelEntry | undefined },
  problems: FlagProblems,
): DecoderInput | undefined {
  if (name === undefined && option.length === 0) return undefined;
  const { decoders, models } = catalog;
  const wanted = name ?? (model ?? models[0])?.decoders[0]?.name ?? '';
  const decoder = decoders.find((known) => known.name === wanted);
  if (decoder === undefined) {
    const message = unknown(`decoder "${wanted}"`, names(decoders));
    problems.add('--decoder', message, ['decoder', 'plugin', 'name']);
  }
  const fields = optionFieldsOf(decoder?.optionsSchema ?? {});
  return { plugin: { name: wanted, options: optionsOf(option, fields, problems) } };
}

/** Sent for what cannot be read: no option has such a value. */
const unreadable = {};

function optionsOf(
  options: readonly string[],
  fields: ReadonlyMap<string, OptionField>,
  problems: FlagProblems,
): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const option of options) {
    const [, key = option, text] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
    const field = fields.get(key);
    // The server tells of an option that the decoder does not have.
    const value = text === undefined || field === undefined ? text : optionValue(field, text);
    if (value !== undefined && !values.has(key)) {
      values.set(key, value);
      continue;
    }
    const message = values.has(key) ? `"${key}" is given twice.` : complaintOf(option, text, field);
    problems.add('--option', message, [...optionsPath, key]);
    values.set(key, unreadable);
  }
  return Object.fromEntries(values);
}

/** Why an option has no value. */
function complaintOf(
  option: string,
  text: string | undefined,
  field: OptionField | undefined,
): string {
  if (text === undefined || field === undefined) return `"${option}" is not of the form key=value.`;
  const key = option.slice(0, option.indexOf('='));
  return `"${key}" is "${text}"; it must be ${describeAccepted(field)}.`;
}

function names(entries: readonly { readonly name: string }[]): string[] {
  return entries.map(({ name }) => name);
}

function unknown(what: string, known: readonly string[]): string {
  return `There is no ${what}; ${known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`}.`;
}
