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

/** Characters of a label, at most. */
const labelLength = 64;

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
  const labels = labelsOf(flags.entrant);
  const entrants = flags.entrant.map((spec, index) => {
    const own = new FlagProblems();
    const entrant = entrantOf(spec, catalog, own);
    const same = labels.indexOf(labels[index] ?? '');
    if (same < index) own.add('--entrant', `It is the same as --entrant ${same + 1}.`);
    problems.addPart(`--entrant ${index + 1}`, own);
    return { label: labels[index] ?? '', ...entrant };
  });
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
function entrantOf(
  spec: string,
  catalog: CatalogQuery,
  problems: FlagProblems,
): Omit<EntrantInput, 'label'> {
  const [decoder = '', ...settings] = wordsOf(spec);
  const option: string[] = [];
  const named = new Map<string, string>();
  for (const setting of settings) {
    const [key = '', ...rest] = setting.split('=');
    if (key !== 'model' && !isSamplingName(key)) option.push(setting);
    else if (named.has(key)) problems.add('--entrant', `"${key}" is given twice.`);
    else named.set(key, rest.join('='));
  }
  const sampling = samplingOf(named, problems);
  const model = named.get('model');
  const flags = { decoder, option, ...(model === undefined ? {} : { model }) };
  return { sampling, ...decoderChoiceOf(flags, catalog, problems) };
}

function samplingOf(named: ReadonlyMap<string, string>, problems: FlagProblems) {
  const sampling: Partial<Record<SamplingName, number>> = {};
  for (const name of samplingNames) {
    const text = named.get(name);
    const value = text === undefined ? undefined : numberOf(text);
    if (value !== undefined) sampling[name] = value;
    else if (text !== undefined) problems.add('--entrant', `"${name}=${text}" is not a number.`);
  }
  return sampling;
}

/** What entrants are called: as they are written, shortened to what the API takes, and then still apart. */
function labelsOf(specs: readonly string[]): readonly string[] {
  const written = specs.map((spec) => wordsOf(spec).join(' '));
  const short = written.map((label) => shortened(label, ''));
  return written.map((label, index) => {
    const isShared = short.some(
      (other, place) => other === short[index] && written[place] !== label,
    );
    return isShared ? shortened(label, ` (${index + 1})`) : (short[index] ?? '');
  });
}

/** @param end - what it ends in. */
function shortened(label: string, end: string): string {
  const characters = [...label];
  const room = labelLength - end.length;
  return characters.length <= room
    ? `${label}${end}`
    : `${characters.slice(0, room - 1).join('')}…${end}`;
}

function wordsOf(spec: string): readonly string[] {
  return spec.trim().split(/\s+/);
}

function isSamplingName(name: string): name is SamplingName {
  return samplingNames.some((known) => known === name);
}
