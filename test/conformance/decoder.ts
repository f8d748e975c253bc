/**
 * What every decoder plugin does, whatever its algorithm; run through the engine on models that compute nothing.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import {
  holdsForRandomOptions,
  refusesOtherSampling,
  takesOptionsToTheirLimits,
} from './option-checks.ts';
import { keepsConstraints, keysItsSamples } from './request-checks.ts';
import { runFacts } from './run-facts.ts';
import { checkTimeoutMs } from './runs.ts';
import {
  followsItsSeed,
  ignoresItsSeedWhenGreedy,
  keepsToItsSeed,
  needsNoCache,
  reportsTemperatureOne,
} from './seed-checks.ts';
import { failsAlone, stopsWhenAborted } from './stop-checks.ts';
import { observe, type Subject, type Trial, tokenSource, trials } from './trial.ts';

/** Something that holds of a decoder with one set of options; throws when it does not. */
export type DecoderCheck = (subject: Subject) => Promise<void>;

const runsPerFact = 25;

/** Prompts that a decoder could be wrong at the edges of. */
const edges: readonly Pick<Trial, 'source' | 'literals'>[] = [
  tokenSource([]),
  tokenSource([5]),
  tokenSource([null]),
  tokenSource([null, 6]),
  tokenSource([6, null]),
  tokenSource([null, 6, null]),
  tokenSource(new Array<null>(64).fill(null)),
  tokenSource([...new Array<number>(63).fill(7), null]),
  { source: { text: 'No[MASK][MASK:2]a'.slice(2) }, literals: [null, null, 'a'] },
];

/** The checks by name: facts of single runs first, then of several. */
export const decoderChecks: Readonly<Record<string, DecoderCheck>> = {
  ...Object.fromEntries(
    Object.entries(runFacts).map(([name, fact]): [string, DecoderCheck] => [
      name,
      (subject) =>
        fc.assert(
          fc.asyncProperty(trials(subject.plugin), async (trial) =>
            fact(await observe(subject, trial)),
          ),
          { numRuns: runsPerFact },
        ),
    ]),
  ),
  'does all of it at the edges of a prompt': holdsAtTheEdges,
  'gives the same for the same seed, beside other runs and after an aborted one': (subject) =>
    keepsToItsSeed(subject, 15),
  'gives other tokens for other seeds': followsItsSeed,
  'ignores the seed at temperature 0 where its order is its own': ignoresItsSeedWhenGreedy,
  'gives the same without a cache': (subject) => needsNoCache(subject, 15),
  'reports at temperature 1 whatever the sampling': (subject) => reportsTemperatureOne(subject, 5),
  'stops within a step of an abort, in every step': (subject) => stopsWhenAborted(subject, 6),
  'fails alone when a pass fails, in every pass': (subject) => failsAlone(subject, 6),
  'keeps choices, bans and ranges of lengths, in every sample': (subject) =>
    keepsConstraints(subject, 25),
  'draws several samples by the seed, the first as it would be alone': (subject) =>
    keysItsSamples(subject, 8),
  'refuses the sampling settings that it does not declare': refusesOtherSampling,
  'takes each option to its limits and not beyond': takesOptionsToTheirLimits,
};

async function holdsAtTheEdges(subject: Subject): Promise<void> {
  for (const text of edges) {
    const trial = { ...text, sampling: {}, seed: 3n, alternatives: 1, salt: 5 };
    const seen = await observe(subject, trial);
    for (const fact of Object.values(runFacts)) await fact(seen);
  }
}

/**
 * Runs the suite against one plugin.
 *
 * @param optionSets - options that make a difference, by what they are called; the defaults when absent.
 */
export function describeDecoder(
  plugin: AnyDecoderPlugin,
  optionSets: Readonly<Record<string, Subject['options']>> = { 'with its defaults': {} },
): void {
  describe(`the ${plugin.name} decoder`, { timeout: checkTimeoutMs }, () => {
    describe.each(Object.entries(optionSets))('%s', (_, options) => {
      it.each(Object.entries(decoderChecks))('%s', (_name, check) => check({ plugin, options }));
    });
    it('does all of it with random options', () => holdsForRandomOptions(plugin, 100));
  });
}
