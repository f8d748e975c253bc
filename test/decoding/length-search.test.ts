import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maria } from '../../plugins/maria/index.ts';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { climbLengths } from '../../src/decoding/length-climb.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { wordStartIds } from '../../src/text/tokenizer.ts';
import { engineOf, idsOf, outcomeOf, requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { causalRow, fakeModels, maskedRow } from '../support/fake-models.ts';
import { shapeOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer([' a', ' b', ' cd']);
const { vocabularySize } = tokenizer;
const { facts } = fakeModels({ vocabularySize });
const starts = wordStartIds(tokenizer, vocabularySize);
const maskId = 3;
const startId = 1;

/** Fake models, which look random but for the salt, with a bias and without some roles. */
function modelsOf(
  salt: number,
  change: Partial<LoadedModels> = {},
  bias: readonly number[] | null = null,
) {
  const models = fakeModels({ vocabularySize, salt });
  return { ...models, facts: { ...models.facts, lengthBias: bias }, ...change };
}

/** log softmax of a row without the ids that `isForbidden` names. */
function logProbs(row: Float32Array, isForbidden: (id: number) => boolean): number[] {
  const kept = Array.from(row, (logit, id) => (isForbidden(id) ? Number.NEGATIVE_INFINITY : logit));
  const total = Math.log(kept.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return kept.map((logit) => logit - total);
}
const isSpecial = (id: number) => facts.bannedIds.includes(id);

/** The mean largest probability of a slot's positions, written down plainly. */
function confidence(text: string, lengths: readonly number[], slot: number, salt: number): number {
  const prompt = shapeOf(text, tokenizer).withLengths(lengths);
  const placed = prompt.slots[slot];
  if (placed === undefined) throw new Error('There is such a slot.');
  const read = prompt.ids.map((id) => id ?? maskId);
  const { start, end } = placed.span;
  const best: number[] = [];
  for (let position = start; position < end; position++) {
    const mustStart = placed.ownsSpace && position === start;
    const row = maskedRow(read, position, { vocabularySize, salt });
    const isForbidden = (id: number) => isSpecial(id) || (mustStart && starts[id] !== 1);
    best.push(Math.exp(Math.max(...logProbs(row, isForbidden))));
  }
  return best.reduce((sum, each) => sum + each, 0) / best.length;
}

const lengthsOf = async (
  engine: ReturnType<typeof engineOf>,
  request: Parameters<typeof outcomeOf>[1],
) => (await outcomeOf(engine, request)).slots.map(({ tokens }) => tokens.length);

describe('CAL', () => {
  const text = 'x [MASK:1-5] y [MASK:2-4]z[MASK:2]';
  const allowed = [[1, 2, 3, 4, 5], [2, 3, 4], [2]];

  it.each([
    ['without a bias', null],
    ['with a bias', [0.9, 0.4, 0.2, 0.15, 0.1]],
    ['with a bias of fewer lengths, whose last is that of all longer ones', [0.9, 0.2]],
  ])('climbs on the confidence of the masked model over the bias, %s', async (_, bias) => {
    const seen = new Set<string>();
    for (let salt = 0; salt < 12; salt++) {
      const climb = climbLengths(allowed);
      let turn = climb.next();
      while (turn.done !== true) {
        const { lengths, slot } = turn.value;
        const length = lengths[slot] ?? 0;
        const figure = confidence(text, lengths, slot, salt);
        turn = climb.next(figure / (bias?.[length - 1] ?? bias?.at(-1) ?? 1));
      }
      const engine = engineOf(maria, { tokenizer, models: modelsOf(salt, {}, bias) });
      expect(await lengthsOf(engine, requestOf(maria, { source: { text } }))).toEqual(turn.value);
      seen.add(turn.value.join());
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('counts its passes', async () => {
    let expected = 0;
    const climb = climbLengths([[1, 2, 3]]);
    for (let turn = climb.next(); turn.done !== true; expected++) {
      turn = climb.next(confidence('x[MASK:1-3]', turn.value.lengths, 0, 4));
    }
    const engine = engineOf(maria, { tokenizer, models: modelsOf(4) });
    const { usage } = await outcomeOf(
      engine,
      requestOf(maria, { source: { text: 'x[MASK:1-3]' } }),
    );
    expect(usage.maskedPasses).toBe(expected + 1);
  });

  it('only takes lengths that some choice has', async () => {
    const slot = { length: { between: { min: 1, max: 5 } }, choices: ['a', 'abcd'] };
    const source = { segments: [{ text: 'x' }, { slot }, { text: 'y' }] };
    for (let salt = 0; salt < 10; salt++) {
      const engine = engineOf(maria, { tokenizer, models: modelsOf(salt) });
      const { slots } = await outcomeOf(engine, requestOf(maria, { source }));
      expect(['a', 'abcd']).toContain(slots[0]?.text);
    }
  });

  it('takes what the temperature of the sampling does not change', async () => {
    const engine = engineOf(maria, { tokenizer, models: modelsOf(3) });
    const at = (temperature: number, seed: bigint) =>
      lengthsOf(engine, requestOf(maria, { source: { text }, sampling: { temperature }, seed }));
    expect(await at(2, 7n)).toEqual(await at(0, 1n));
  });
});

/** Mean log-probability from `from` on by the causal model, written down plainly. */
function causalMean(ids: readonly number[], from: number, salt: number): number {
  const terms = ids.slice(from).map((id, index) => {
    const row = causalRow([startId, ...ids.slice(0, from + index)], vocabularySize, salt);
    return logProbs(row, isSpecial)[id] ?? Number.NaN;
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

/** Mean log-probability from `from` on by the masked model: what was open, then what was known. */
function maskedMean(
  ids: readonly number[],
  known: readonly (number | null)[],
  from: number,
  salt: number,
) {
  const terms = ids.map((id, position) => {
    const isOpen = known[position] === null;
    const read = ids.map((other, at) => {
      const isHidden = at >= from && (known[at] === null) === isOpen;
      return isHidden ? maskId : other;
    });
    const row = maskedRow(read, position, { vocabularySize, salt });
    return logProbs(row, isSpecial)[id] ?? Number.NaN;
  });
  const counted = terms.slice(from);
  return counted.reduce((sum, term) => sum + term, 0) / counted.length;
}

describe('DECODE_ALL', () => {
  const ranges = 'p [MASK] x[MASK:1-3] y [MASK:2-3]z';
  const combinations = [1, 2, 3].flatMap((first) => [2, 3].map((second) => [1, first, second]));
  const textOf = ([, first, second]: readonly number[]) =>
    `p [MASK] x[MASK:${first}] y [MASK:${second}]z`;

  /** Every combination decoded by itself, and the one with the best mean. */
  async function bestOfAll(
    plugin: AnyDecoderPlugin,
    { models, salt, ...request }: Partial<InfillRequest> & { models: LoadedModels; salt: number },
  ) {
    const tried = [];
    for (const lengths of combinations) {
      const source = { text: textOf(lengths) };
      const engine = engineOf(plugin, { tokenizer, models });
      const outcome = await outcomeOf(engine, requestOf(plugin, { source, ...request }));
      const known = outcome.promptTokens ?? [];
      const fills = idsOf(outcome);
      const ids = known.map((id) => id ?? fills.shift() ?? -1);
      // Before the first slot of unknown length: "p", an open position, a space and "x".
      const from = 4;
      const mean =
        models.causal === null ? maskedMean(ids, known, from, salt) : causalMean(ids, from, salt);
      tried.push({ mean, lengths, ids: idsOf(outcome) });
    }
    return tried.reduce((best, each) => (each.mean > best.mean ? each : best));
  }

  it.each([
    ['by the causal model', maria, {}],
    [
      'by the masked model in a pack without a causal one',
      maskedLm,
      { causal: null, fusion: null },
    ],
  ] as const)(
    'decodes every length and takes the one with the best mean, %s',
    async (_, plugin, roles) => {
      const winners = new Set<string>();
      for (let salt = 0; salt < 8; salt++) {
        const models = modelsOf(salt, roles);
        const engine = () => engineOf(plugin, { tokenizer, models });
        const request = { sampling: { temperature: 1 }, seed: BigInt(salt) };
        const best = await bestOfAll(plugin, { ...request, models, salt });
        const outcome = await outcomeOf(
          engine(),
          requestOf(plugin, { source: { text: ranges }, lengthSearch: 'DECODE_ALL', ...request }),
        );
        expect(outcome.slots.map(({ tokens }) => tokens.length)).toEqual(best.lengths);
        expect(idsOf(outcome)).toEqual(best.ids);
        winners.add(best.lengths.join());
      }
      expect(winners.size).toBeGreaterThan(2);
    },
  );

  it('shows nothing before the best is known, then all of it', async () => {
    const engine = engineOf(maria, { tokenizer, models: modelsOf(1) });
    const request = requestOf(maria, { source: { text: ranges }, lengthSearch: 'DECODE_ALL' });
    const entries: string[] = [];
    for await (const entry of engine.infill(request, {
      signal: new AbortController().signal,
      submittedAt: 0,
    })) {
      entries.push(entry.type);
    }
    expect(entries).toEqual(['started', 'committed', 'completed']);
  });

  it('settles the same lengths whatever the number of samples', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 4 }), fc.nat(20), async (samples, salt) => {
        const engine = engineOf(maria, { tokenizer, models: modelsOf(salt) });
        const request = requestOf(maria, {
          source: { text: ranges },
          lengthSearch: 'DECODE_ALL',
          sampling: { temperature: 1 },
        });
        const one = await outcomeOf(engine, request);
        const several = await outcomeOf(engine, { ...request, samples });
        expect(several.promptTokens).toEqual(one.promptTokens);
      }),
      { numRuns: 8 },
    );
  });
});
