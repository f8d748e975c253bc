/**
 * The command line of `lacuna score` as the API's input.
 *
 * Knows spellings; ranges are the server's to check.
 */
import type { CatalogQuery, FillInput, ScoreInfillInput } from '../client/generated/graphql.ts';
import { type DecoderFlags, decoderChoiceOf } from './decoder-choice.ts';
import { integerOf } from './decoder-options.ts';
import { FlagProblems } from './flag-problems.ts';

/** Options of the command as they were written. */
export type ScoreFlags = DecoderFlags & {
  readonly fill: readonly string[];
  /** Ids separated by commas or spaces. */
  readonly tokens?: string;
  readonly draws?: string;
  readonly seed?: string;
};

/**
 * Returns the input for a template and its fill; what no flag names is left to the server.
 *
 * @param catalog - of the server that is asked.
 * @throws INVALID_INPUT with every problem; the paths are those of the flags.
 */
export function scoreInputOf(
  template: string,
  flags: ScoreFlags,
  catalog: CatalogQuery,
): ScoreInfillInput {
  const problems = new FlagProblems();
  const choice = decoderChoiceOf(flags, catalog, problems);
  const draws = problems.integer('--draws', flags.draws);
  const seed = problems.seed(flags.seed);
  const fill = fillOf(flags, problems);
  problems.throwIfAny();
  return {
    source: { text: template },
    fill,
    seed,
    ...choice,
    ...(draws === undefined ? {} : { draws }),
  };
}

function fillOf({ fill, tokens }: ScoreFlags, problems: FlagProblems): FillInput {
  if (tokens === undefined) {
    if (fill.length === 0) {
      problems.add(
        '--fill',
        'The fill to score is missing; give --fill once per slot, or --tokens.',
      );
    }
    return { slots: fill };
  }
  if (fill.length > 0) {
    problems.add('--tokens', 'It is given beside --fill; a fill is one or the other.');
  }
  return { tokens: idsOf(tokens, problems) };
}

function idsOf(tokens: string, problems: FlagProblems): number[] {
  return tokens.split(/[\s,]+/).flatMap((text) => {
    if (text === '') return [];
    const id = integerOf(text);
    if (id !== undefined) return [id];
    problems.add('--tokens', `"${text}" is not a token id.`);
    return [];
  });
}
