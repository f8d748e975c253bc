/**
 * The command line of `lacuna infill` as the API's input.
 *
 * Knows spellings and which texts are numbers; ranges are the server's to check.
 */
import type { CatalogQuery, DecoderInput, InfillInput } from '../client/generated/graphql.ts';
import { decoderFieldName } from '../decoding/registry.ts';
import { type Problem, problemsError } from '../errors.ts';
import {
  describeValues,
  integerOf,
  numberOf,
  optionFieldsOf,
  optionValue,
} from './decoder-options.ts';

/** Options of the command as they were written. */
export type InfillFlags = {
  readonly decoder?: string;
  /** `key=value`. */
  readonly option: readonly string[];
  readonly model?: string;
  readonly temperature?: string;
  readonly topK?: string;
  readonly topP?: string;
  readonly repetitionPenalty?: string;
  readonly seed?: string;
  readonly alternatives?: string;
  readonly label: readonly string[];
};

type DecoderEntry = CatalogQuery['decoders'][number];

/**
 * Returns the input for a template; what no flag names is left to the server.
 *
 * @param catalog - of the server that is asked.
 * @throws INVALID_INPUT with every problem; the paths are those of the flags.
 */
export function infillInputOf(
  template: string,
  flags: InfillFlags,
  catalog: CatalogQuery,
): InfillInput {
  const problems: Problem[] = [];
  const number = numberReader(problems);
  const model = modelOf(flags, catalog, problems);
  const decoder = decoderOf(flags, { catalog, model }, problems);
  const alternatives = number('--alternatives', flags.alternatives, integerOf);
  if (flags.seed !== undefined && !/^\d{1,19}$/.test(flags.seed)) {
    problems.push(problem('--seed', `"${flags.seed}" is not a whole number from 0 to 2^63 − 1.`));
  }
  const input: InfillInput = {
    source: { text: template },
    sampling: {
      temperature: number('--temperature', flags.temperature, numberOf),
      topK: number('--top-k', flags.topK, integerOf),
      topP: number('--top-p', flags.topP, numberOf),
      repetitionPenalty: number('--repetition-penalty', flags.repetitionPenalty, numberOf),
    },
    seed: flags.seed,
    model: model?.id,
    decoder,
    labels: flags.label,
    ...(alternatives === undefined ? {} : { alternatives }),
  };
  const [first, ...others] = problems;
  if (first !== undefined) throw problemsError([first, ...others]);
  return input;
}

function numberReader(problems: Problem[]) {
  return (flag: string, text: string | undefined, read: typeof numberOf): number | undefined => {
    if (text === undefined) return undefined;
    const value = read(text);
    const noun = read === integerOf ? 'a whole number' : 'a number';
    if (value === undefined) problems.push(problem(flag, `"${text}" is not ${noun}.`));
    return value;
  };
}

function modelOf({ model }: InfillFlags, { models }: CatalogQuery, problems: Problem[]) {
  if (model === undefined) return undefined;
  const found = models.find(({ id, name }) => model === name || model === id);
  if (found === undefined) {
    problems.push(problem('--model', unknown(`model "${model}"`, names(models))));
  }
  return found;
}

function decoderOf(
  { decoder: name, option }: InfillFlags,
  { catalog, model }: { catalog: CatalogQuery; model: ReturnType<typeof modelOf> },
  problems: Problem[],
): DecoderInput | undefined {
  if (name === undefined && option.length === 0) return undefined;
  const { decoders, models } = catalog;
  const wanted = name ?? (model ?? models[0])?.decoders[0]?.name;
  const decoder = decoders.find((known) => known.name === wanted);
  if (decoder === undefined) {
    problems.push(problem('--decoder', unknown(`decoder "${wanted}"`, names(decoders))));
    return undefined;
  }
  const options = optionsOf(decoder, option, problems);
  // The server has told that it has this decoder with these options; the type knows those of this build only.
  return { [decoderFieldName(decoder.name)]: options } as DecoderInput;
}

function optionsOf(
  decoder: DecoderEntry,
  options: readonly string[],
  problems: Problem[],
): Record<string, unknown> {
  const fields = optionFieldsOf(decoder.optionsSchema);
  const values = new Map<string, unknown>();
  const refuse = (message: string) => problems.push(problem('--option', message));
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
        refuse(`"${key}" is "${text}"; it must be ${describeValues(field)}.`);
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

function problem(flag: string, message: string): Problem {
  return { path: [flag], code: 'INVALID_INPUT', message, value: null, limit: null };
}
