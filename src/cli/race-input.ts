/**
 * Entrants of a race as they are written, as the API's input.
 *
 * Knows spellings and a server's catalog; ranges are the server's to check.
 */
import type { CatalogQuery, CompareInput } from '../client/generated/graphql.ts';
import { decoderChoiceOf } from './decoder-choice.ts';
import { numberOf } from './decoder-options.ts';
import { FlagProblems } from './flag-problems.ts';

/** Flags of the command as they were written. */
export type RaceFlags = {
  readonly entrant: readonly string[];
  readonly seed?: string;
  readonly deadline?: string;
  readonly label: readonly string[];
};

type EntrantInput = CompareInput['entrants'][number];

const samplingNames = ['temperature', 'topK', 'topP', 'repetitionPenalty'] as const;
type SamplingName = (typeof samplingNames)[number];

/**
 * Returns the input for a template.
 *
 * @throws INVALID_INPUT with everything that cannot be read
 */
export function raceInputOf(
  template: string,
  flags: RaceFlags,
  catalog: CatalogQuery,
): CompareInput {
  const problems = new FlagProblems();
  const entrants = flags.entrant.map((spec) => entrantOf(spec, catalog, problems));
  const seed = problems.seed(flags.seed);
  const deadlineMs = problems.integer('--deadline', flags.deadline);
  problems.throwIfAny();
  return {
    source: { text: template },
    entrants,
    labels: flags.label,
    ...(seed === undefined ? {} : { seed }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  };
}

/** `decoder key=value …`: options of the decoder, settings of sampling, or `model`. */
function entrantOf(spec: string, catalog: CatalogQuery, problems: FlagProblems): EntrantInput {
  const [decoder = '', ...settings] = spec.trim().split(/\s+/);
  const option: string[] = [];
  const sampling: Partial<Record<SamplingName, number>> = {};
  let model: string | undefined;
  for (const setting of settings) {
    const [key = '', ...rest] = setting.split('=');
    const value = rest.join('=');
    if (key === 'model') model = value;
    else if (isSamplingName(key)) {
      const number = numberOf(value);
      if (number === undefined) problems.add('--entrant', `"${setting}" is not a number.`);
      else sampling[key] = number;
    } else option.push(setting);
  }
  const flags = { decoder, option, ...(model === undefined ? {} : { model }) };
  const choice = decoderChoiceOf(flags, catalog, problems);
  return { label: spec.trim(), sampling, ...choice };
}

function isSamplingName(name: string): name is SamplingName {
  return samplingNames.some((known) => known === name);
}
