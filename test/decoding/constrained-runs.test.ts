/**
 * Choices, bans and lengths as every decoder keeps them, through the engine.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInDecoders } from '../../src/decoders.ts';
import type { InfillRequest, SegmentRequest } from '../../src/decoding/infill-request.ts';
import type { Outcome } from '../../src/decoding/run-event.ts';
import { engineOf, outcomeOf, requestOf, tokensOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { refusalOf } from '../support/refusal.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' s', 'at', '😀']);
const never = new AbortController().signal;
const idsOf = (text: string) => tokenizer.encode(text);

const seeds = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const wordLists = fc.uniqueArray(fc.stringMatching(/^[abc]{1,3}$/), {
  minLength: 1,
  maxLength: 4,
});

/** Decoders with options that commit one token per pass, several, or take some back. */
const decoders: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['maria', {}],
  ['maria', { draftWindow: 4 }],
  ['autoregressive', {}],
  ['masked-lm', {}],
  ['masked-lm', { k: 3, order: 'random' }],
  ['masked-lm', { k: 2, revise: 'edit', editThreshold: 0.5 }],
  ['diffusion', { steps: 3 }],
  ['diffusion', { steps: 8, revise: 'remdm', schedule: 'conf' }],
];

function runOf([name, options]: (typeof decoders)[number], change: Partial<InfillRequest>) {
  const plugin = builtInDecoders.find(name);
  const request = requestOf(plugin, { decoder: { name, options }, ...change });
  const engine = engineOf(plugin, { tokenizer });
  return { plugin, engine, request, outcome: () => outcomeOf(engine, request) };
}

/** Segments that cover the text, in order, each slot's where the slot is. */
function expectWhole({ text, segments, slots }: Outcome): void {
  for (const segment of segments) {
    expect(text?.slice(segment.start, segment.end)).toBe(segment.text);
    if (segment.slot !== null) expect(segment.text).toBe(slots[segment.slot]?.text);
  }
  expect(segments.map((segment) => segment.text).join('')).toBe(text);
}

describe.each(decoders)('%s %j', (...decoder) => {
  it('fills slots with choices by one of them, whatever their lengths', async () => {
    await fc.assert(
      fc.asyncProperty(wordLists, wordLists, seeds, async (first, second, seed) => {
        const length = { between: { min: 1, max: 3 } };
        const segments: SegmentRequest[] = [
          { text: 'a😀' },
          { slot: { key: 'first', length, choices: first } },
          { slot: { length: { tokens: 1 } } },
          { slot: { key: 'second', length, choices: second } },
          { text: 'é' },
        ];
        const { outcome } = runOf(decoder, {
          source: { segments },
          sampling: { temperature: 1 },
          seed,
        });
        const filled = await outcome();
        expect(first).toContain(filled.slots[0]?.text);
        expect(second).toContain(filled.slots[2]?.text);
        expect(filled.slots.map(({ key }) => key)).toEqual(['first', null, 'second']);
        expectWhole(filled);
      }),
      { numRuns: 15 },
    );
  });

  it('chooses words after a space that the slot owns', async () => {
    const choices = ['the', 'sat', 'cat'];
    const segments: SegmentRequest[] = [
      { text: '😀 ' },
      { slot: { length: { between: { min: 1, max: 2 } }, choices } },
      { text: ' b' },
    ];
    for (const seed of [1n, 2n, 3n, 4n]) {
      const { outcome } = runOf(decoder, {
        source: { segments },
        sampling: { temperature: 1 },
        seed,
      });
      const { slots, text } = await outcome();
      expect(choices).toContain(slots[0]?.text);
      expect(text).toBe(`😀 ${slots[0]?.text} b`);
    }
  });

  it('puts no banned token into its slot', async () => {
    // Nearly all there is: what is left are control characters and bytes that are no ASCII.
    const banned = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const { outcome } = runOf(decoder, {
      source: { segments: [{ text: 'a' }, { slot: { length: { tokens: 8 }, banned } }] },
      sampling: { temperature: 1 },
    });
    const bannedIds = banned.flatMap(idsOf);
    for (const { id } of tokensOf(await outcome())) expect(bannedIds).not.toContain(id);
  });

  it('scores its own choice as it reported it, where it has an exact likelihood', async () => {
    const length = { tokens: 2 };
    const choices = ['ab', 'ac', 'bc', 'cc'];
    const { outcome, engine, request } = runOf(decoder, {
      source: { segments: [{ text: 'a' }, { slot: { length, choices } }, { text: 'b' }] },
      sampling: { temperature: 1 },
      seed: 3n,
    });
    const { likelihood, slots } = await outcome();
    if (likelihood === null) return;
    const fill = { slots: slots.map(({ text }) => text) };
    const scored = await engine.score({ request, fill, draws: 1 }, never);
    expect(scored.likelihood.kind).toBe(likelihood.kind);
    expect(scored.likelihood.logProb).toBeCloseTo(likelihood.logProb, 9);
  });
});

describe('a slot with choices', () => {
  it.each([
    ['commit', { commit: 'one-shot' }],
    ['revise', { revise: 'mask-predict' }],
  ])('of several tokens is refused before a run that fills it at once: %s', (_, options) => {
    const slotOf = (choices: readonly string[]) => {
      const length = { between: { min: 1, max: 3 } };
      const source = { segments: [{ text: 'a' }, { slot: { length, choices } }] };
      return runOf(['masked-lm', options], { source });
    };
    const several = slotOf(['a', 'bc']);
    const error = refusalOf(() => several.engine.prepare(several.request));
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.problems).toMatchObject([{ path: ['decoder', 'masked-lm'] }]);
    expect(error.message).toContain('choices of several tokens');
    const single = slotOf(['a', 'b']);
    expect(single.engine.prepare(single.request).openTokens).toBe(1);
  });

  it.each(decoders.slice(0, 4))('%s %j scores its choices to a sum of 1', async (...decoder) => {
    const choices = ['ab', 'ac', 'bc', 'cc'];
    const { engine, request } = runOf(decoder, {
      source: {
        segments: [{ text: 'a' }, { slot: { length: { tokens: 2 }, choices } }, { text: 'b' }],
      },
    });
    const probabilities = await Promise.all(
      choices.map(async (choice) => {
        const score = { request, fill: { slots: [choice] }, draws: 1 };
        return Math.exp((await engine.score(score, never)).likelihood.logProb);
      }),
    );
    expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 9);
  });
});
