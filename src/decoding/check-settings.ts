/**
 * Settings of a request besides its text: what is out of range or not followed by the decoder, and what had an effect.
 *
 * Knows declarations of decoders; knows no text and no model.
 */
import type { Problem } from '../errors.ts';
import type { InfillRequest, ScoreRequest } from './infill-request.ts';
import type { AnyDecoderPlugin } from './registry.ts';
import type { SamplingParams, SamplingSetting } from './sampling-params.ts';

/** Most alternatives per committed token. */
export const maxAlternatives = 20;

/** Most whole candidates. */
export const maxSamples = 16;

/** Most random masks of an ELBO. */
export const maxDraws = 1024;

/** Seeds are below this. */
const seedLimit = 2n ** 63n;

/** What is wrong with the numbers of a request. */
export function rangeProblems({ seed, alternatives, samples }: InfillRequest): Problem[] {
  return [
    ...seedProblems(seed),
    ...countProblems(alternatives, alternativesCount),
    ...countProblems(samples, { path: ['samples'], name: 'samples', min: 1, max: maxSamples }),
  ];
}

/** What is wrong with the number of draws of a score. */
export function drawsProblems({ draws }: ScoreRequest): Problem[] {
  return countProblems(draws, { path: ['draws'], name: 'draws', min: 1, max: maxDraws });
}

/** Alternatives asked of a decoder that has none; their number out of range is told by `rangeProblems`. */
export function alternativesProblems(
  { name, capabilities }: AnyDecoderPlugin,
  { alternatives }: InfillRequest,
): Problem[] {
  if (alternatives === 0 || capabilities.features.includes('ALTERNATIVES')) return [];
  if (countProblems(alternatives, alternativesCount).length > 0) return [];
  const message = `Decoder "${name}" reports no alternatives; their number is ${alternatives} and must be 0.`;
  const value = String(alternatives);
  return [{ path: ['alternatives'], code: 'UNSUPPORTED', message, value, limit: '0' }];
}

/** The settings that are not off and that the decoder does not follow. */
export function samplingProblems(plugin: AnyDecoderPlugin, sampling: SamplingParams): Problem[] {
  const followed = plugin.capabilities.sampling;
  const limit = followed.length === 0 ? 'none' : followed.join(', ');
  return settingsOf(sampling)
    .filter(([name, value]) => !isOff(name, value) && !followed.includes(name))
    .map(([name, value]) => ({
      path: ['sampling', name],
      code: 'UNSUPPORTED',
      message: `Decoder "${plugin.name}" does not follow "${name}", which is ${value}; of the sampling settings it follows ${limit}.`,
      value: String(value),
      limit,
    }));
}

/**
 * The sampling settings that have an effect, with those whose being off is one: top-k and top-p have none on a greedy
 * run, and settings that the decoder does not follow have none at all.
 */
export function effectiveSampling(
  plugin: AnyDecoderPlugin,
  sampling: SamplingParams,
): [SamplingSetting, number][] {
  const isGreedy = sampling.temperature === 0;
  return settingsOf(sampling).filter(
    ([name]) =>
      plugin.capabilities.sampling.includes(name) &&
      !(isGreedy && (name === 'topK' || name === 'topP')),
  );
}

function settingsOf({ temperature, topK, topP, repetitionPenalty }: SamplingParams) {
  const values: Record<SamplingSetting, number | undefined> = {
    temperature,
    repetitionPenalty,
    topK,
    topP,
  };
  return (Object.keys(values) as SamplingSetting[]).flatMap((name): [SamplingSetting, number][] => {
    const value = values[name];
    return value === undefined ? [] : [[name, value]];
  });
}

/** Temperature 0 takes the most probable token: nothing is sampled. */
function isOff(name: SamplingSetting, value: number): boolean {
  switch (name) {
    case 'temperature':
      return value === 0;
    case 'topP':
    case 'repetitionPenalty':
      return value === 1;
    case 'topK':
      return false;
    default:
      return name satisfies never;
  }
}

function seedProblems(seed: bigint): Problem[] {
  if (seed >= 0n && seed < seedLimit) return [];
  const limit = String(seedLimit - 1n);
  const message = `The seed is ${seed}; it must be from 0 to ${limit}.`;
  return [{ path: ['seed'], code: 'INVALID_SEED', message, value: String(seed), limit }];
}

type Count = {
  readonly path: readonly string[];
  readonly name: string;
  readonly min: number;
  readonly max: number;
};

const alternativesCount: Count = {
  path: ['alternatives'],
  name: 'alternatives',
  min: 0,
  max: maxAlternatives,
};

function countProblems(value: number, { path, name, min, max }: Count): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  const message = `The number of ${name} is ${value}; it must be from ${min} to ${max}.`;
  return [{ path, code: 'INVALID_INPUT', message, value: String(value), limit: String(max) }];
}
