/**
 * The command line of `lacuna score` as the API's input.
 *
 * Knows spellings; ranges are the server's to check.
 */
import type { CatalogQuery, FillInput, ScoreInfillInput } from '../client/generated/graphql.ts';
import { type DecoderFlags, decoderChoiceOf } from './decoder-choice.ts';
import { integerOf } from './decoder-options.ts';
import { FlagProblems } from './flag-problems.ts';
import type { FlaggedInput } from './refusal.ts';

/** Options of the command as they were written. */
export type ScoreFlags = DecoderFlags & {
  readonly fill: readonly string[];
  /** Ids separated by commas or spaces. */
  readonly tokens?: string;
  readonly draws?: string;
  readonly seed?: string;
};

/**
 * Returns the input for a template and its fill; what no flag names is left to the server, and what cannot be read is sent so
 * that the server refuses it.
 *
 * @param catalog - of the server that is asked.
 */
export function scoreInputOf(
  template: string,
  flags: ScoreFlags,
  catalog: CatalogQuery,
): FlaggedInput<ScoreInfillInput> {
  const problems = new FlagProblems();
  const choice = decoderChoiceOf(flags, catalog, problems);
  const draws = problems.integer('--draws', flags.draws, ['draws']);
  const seed = problems.seed(flags.seed);
  const fill = fillOf(flags, problems);
  const input = {
    source: { text: template },
    fill,
    seed,
    ...choice,
    ...(draws === undefined ? {} : { draws }),
  };
  return { input, problems };
}

/** Sent for a fill that cannot be read. */
const noFill = { tokens: [-1] };

function fillOf({ fill, tokens }: ScoreFlags, problems: FlagProblems): FillInput {
  if (tokens === undefined) {
    if (fill.length === 0) {
      problems.add(
        '--fill',
        'The fill to score is missing; give --fill once per slot, or --tokens.',
        ['fill'],
      );
      return noFill;
    }
    return { slots: fill };
  }
  const ids = idsOf(tokens, problems);
  if (fill.length === 0) return { tokens: ids };
  problems.add('--tokens', 'It is given beside --fill; a fill is one or the other.', ['fill']);
  return noFill;
}

function idsOf(tokens: string, problems: FlagProblems): number[] {
  const texts = tokens.split(/[\s,]+/).filter((text) => text !== '');
  return texts.map((text, index) => {
    const id = integerOf(text);
    if (id !== undefined) return id;
    problems.add('--tokens', `"${text}" is not a token id.`, ['fill', 'tokens', String(index)]);
    return -1;
  });
}
