/**
 * The command line of `lacuna infill` as the API's input.
 *
 * Knows spellings; ranges are the server's to check.
 */
import type { CatalogQuery, InfillInput } from '../client/generated/graphql.ts';
import { type DecoderFlags, decoderChoiceOf } from './decoder-choice.ts';
import { FlagProblems } from './flag-problems.ts';
import type { FlaggedInput } from './refusal.ts';
import { type SourceFlags, sourceOf } from './source-input.ts';

/** Options of the command as they were written. */
export type InfillFlags = DecoderFlags &
  SourceFlags & {
    readonly temperature?: string;
    readonly topK?: string;
    readonly topP?: string;
    readonly repetitionPenalty?: string;
    readonly seed?: string;
    readonly samples?: string;
    readonly lengthSearch?: 'cal' | 'decode-all';
    readonly alternatives?: string;
    readonly label: readonly string[];
  };

const lengthSearches = { cal: 'CAL', 'decode-all': 'DECODE_ALL' } as const;

/**
 * Returns the input for a template; what no flag names is left to the server, and what cannot be read is sent so that the server
 * refuses it.
 *
 * @param catalog - of the server that is asked.
 */
export function infillInputOf(
  template: string,
  flags: InfillFlags,
  catalog: CatalogQuery,
): FlaggedInput<InfillInput> {
  const problems = new FlagProblems();
  const { model, decoder } = decoderChoiceOf(flags, catalog, problems);
  const { lengthSearch } = flags;
  const alternatives = problems.integer('--alternatives', flags.alternatives, ['alternatives']);
  const samples = problems.integer('--samples', flags.samples, ['samples']);
  const seed = problems.seed(flags.seed);
  const at = (setting: string) => ['sampling', setting];
  const sampling = {
    temperature: problems.number('--temperature', flags.temperature, at('temperature')),
    topK: problems.integer('--top-k', flags.topK, at('topK')),
    topP: problems.number('--top-p', flags.topP, at('topP')),
    repetitionPenalty: problems.number(
      '--repetition-penalty',
      flags.repetitionPenalty,
      at('repetitionPenalty'),
    ),
  };
  const source = sourceOf(template, flags, problems);
  const input = {
    source,
    sampling,
    seed,
    model,
    decoder,
    labels: flags.label,
    ...(alternatives === undefined ? {} : { alternatives }),
    ...(samples === undefined ? {} : { samples }),
    ...(lengthSearch === undefined ? {} : { lengthSearch: lengthSearches[lengthSearch] }),
  };
  return { input, problems };
}
