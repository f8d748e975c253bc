import { describe, expect, it } from 'vitest';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import { type DecoderCheck, decoderChecks } from './decoder.ts';
import { drawsWhatItScores } from './likelihood.ts';
import { checkTimeoutMs } from './runs.ts';
import { agreeOnTokens } from './seed-checks.ts';
import { leftToRight, leftToRightFlaws, speculative, surestFirst } from './wrong-decoders.ts';

const frequencies = 'draws each fill as often as it scores it';
const windows = 'gives the same tokens for every window';
const tokens = 'fills every open position and only those, with ordinary tokens';
const checks: Readonly<Record<string, DecoderCheck>> = {
  ...decoderChecks,
  [frequencies]: drawsWhatItScores,
  [windows]: ({ plugin }) =>
    agreeOnTokens(
      [0, 1, 3].map((window) => ({ plugin, options: { window } })),
      20,
    ),
};

type Flaw = readonly [
  flaw: string,
  plugin: AnyDecoderPlugin,
  check: string,
  /** What the check says of it. */
  complaint: RegExp,
];

const flaws: Readonly<Record<string, readonly Flaw[]>> = {
  speculative: [
    [
      'replaces a rejected draft from r',
      speculative({ replacement: 'target' }),
      frequencies,
      /Chi-square/,
    ],
    [
      'accepts by the draw it drafted with',
      speculative({ acceptPurpose: 'draft' }),
      frequencies,
      /Chi-square/,
    ],
    [
      'replaces by the draw it rejected with',
      speculative({ acceptPurpose: 'residual' }),
      frequencies,
      /Chi-square/,
    ],
    ['adds a bonus token after a window', speculative({ hasBonus: true }), windows, /deep-equal/],
  ],
  surestFirst: [
    [
      'chooses what to commit after drawing',
      surestFirst({ drawsFirst: true }),
      frequencies,
      /Chi-square/,
    ],
  ],
  leftToRight: [
    [
      'uses one draw for all positions',
      leftToRight(leftToRightFlaws.usesOneDraw),
      frequencies,
      /Chi-square/,
    ],
    [
      'draws special tokens',
      leftToRight(leftToRightFlaws.allowsSpecials),
      tokens,
      /failed|ordinary/,
    ],
    ['changes known text', leftToRight(leftToRightFlaws.changesKnownText), tokens, /failed/],
    [
      'commits a position twice in one step',
      leftToRight(leftToRightFlaws.repeatsFills),
      tokens,
      /failed/,
    ],
    [
      'draws from a stream of its own',
      leftToRight(leftToRightFlaws.keepsAStream),
      'gives the same for the same seed, beside other runs and after an aborted one',
      /deep-equal/,
    ],
    [
      'ignores the seed',
      leftToRight(leftToRightFlaws.ignoresSeeds),
      'gives other tokens for other seeds',
      /Six seeds/,
    ],
    [
      'reports at the temperature it draws at',
      leftToRight(leftToRightFlaws.reportsDrawn),
      'reports at temperature 1 whatever the sampling',
      /deep-equal/,
    ],
    [
      'reports what it does not score',
      leftToRight(leftToRightFlaws.reportsDrawn),
      'scores its own fill as it reported it, or refuses',
      /is not/,
    ],
    [
      'miscounts its passes',
      leftToRight(leftToRightFlaws.miscounts),
      'counts the passes that it makes',
      /deep-equal/,
    ],
    [
      'understates its steps',
      leftToRight(leftToRightFlaws.understatesItsSteps),
      'commits or reopens in every step but the last, and keeps its step bound',
      /failed|bound/,
    ],
  ],
};
const sound: Readonly<Record<string, AnyDecoderPlugin>> = {
  speculative: speculative(),
  surestFirst: surestFirst({ drawsFirst: false }),
  leftToRight: leftToRight(),
};

describe.each(Object.entries(flaws))(
  'of %s decoders, the suite',
  { timeout: checkTimeoutMs },
  (base, wrong) => {
    const plugin = sound[base] ?? leftToRight();
    it.each([...new Set(wrong.map(([, , check]) => check))])('passes the one that %s', (name) =>
      checks[name]?.({ plugin, options: {} }),
    );
    it.each(wrong)('fails one that %s', async (_, flawed, name, complaint) => {
      const failure = await checks[name]?.({ plugin: flawed, options: {} }).catch(messagesOf);
      expect(failure).toMatch(complaint);
    });
  },
);

/** The messages of an error and its causes. */
function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : '';
}
