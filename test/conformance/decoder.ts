/**
 * What every decoder plugin does, whatever its algorithm; run through the engine on models that compute nothing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import type { CommittedToken, Outcome, RunProgress } from '../../src/decoding/run-event.ts';
import type { EngineLimits } from '../../src/decoding/scheduler.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' sat', 'é']);
const vocabularySize = tokenizer.vocabularySize;
const bannedIds = [0, 1, 2, 3];
const never = new AbortController().signal;

const tokenIds = fc.integer({ min: 4, max: vocabularySize - 1 });
/** Known and open positions in any arrangement. */
const tokenSources = fc.array(fc.option(tokenIds, { freq: 1 }), { maxLength: 24 });
const samplings = fc.record(
  {
    temperature: fc.constantFrom(0, 0.7, 1, 1.5),
    topK: fc.integer({ min: 1, max: 50 }),
    topP: fc.double({ min: 0.1, max: 1, noNaN: true }),
    repetitionPenalty: fc.double({ min: 1, max: 2, noNaN: true }),
  },
  { requiredKeys: ['temperature'] },
);
const seeds = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

/** One engine with one decoder over fake models. */
export function engineOf(
  plugin: AnyDecoderPlugin,
  limits: Partial<EngineLimits> = {},
): InfillEngine {
  return new InfillEngine({
    models: fakeModels({ vocabularySize }),
    tokenizer,
    registry: createRegistry([plugin]),
    limits: { maxRunning: 8, maxWaiting: 64, maxBytes: 2 ** 30, ...limits },
    now: () => 0,
  });
}

/** A request of token ids with defaults. */
export function requestOf(plugin: AnyDecoderPlugin, change: Partial<InfillRequest>): InfillRequest {
  return {
    source: { tokens: [10, null, 12] },
    decoder: { name: plugin.name, options: {} },
    sampling: {},
    seed: 1n,
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
    ...change,
  };
}

/** All progress of one run. */
export async function progressOf(
  engine: InfillEngine,
  request: InfillRequest,
): Promise<RunProgress[]> {
  const all: RunProgress[] = [];
  for await (const progress of engine.infill(request, { signal: never, submittedAt: 0 }))
    all.push(progress);
  return all;
}

/** What a run that completes produced. */
export async function outcomeOf(engine: InfillEngine, request: InfillRequest): Promise<Outcome> {
  const last = (await progressOf(engine, request)).at(-1);
  if (last?.type !== 'completed') throw new Error(`The run ended as ${JSON.stringify(last)}`);
  return last.outcome;
}

/** The committed tokens of all slots, by position. */
export const tokensOf = (outcome: Outcome): CommittedToken[] =>
  outcome.slots.flatMap(({ tokens }) => tokens);
const idsOf = (outcome: Outcome) => tokensOf(outcome).map(({ id }) => id);

/** A run that is aborted at its first tokens: what it left, and how many entries came after. */
async function abortedRun(plugin: AnyDecoderPlugin) {
  const abort = new AbortController();
  const request = requestOf(plugin, { source: { tokens: new Array<null>(40).fill(null) } });
  const progress = engineOf(plugin).infill(request, { signal: abort.signal, submittedAt: 0 });
  let afterAbort = 0;
  for await (const entry of progress) {
    if (abort.signal.aborted) afterAbort++;
    if (entry.type === 'committed') abort.abort();
    if (entry.type === 'cancelled' && entry.outcome !== null) {
      return { afterAbort, outcome: entry.outcome };
    }
  }
  throw new Error('The run was not cancelled.');
}

/** Runs the suite against one plugin. */
export function describeDecoder(plugin: AnyDecoderPlugin): void {
  describe(`the ${plugin.name} decoder`, () => {
    it('fills every open position, once, with ordinary tokens, and only those', async () => {
      await fc.assert(
        fc.asyncProperty(tokenSources, samplings, seeds, async (tokens, sampling, seed) => {
          const request = requestOf(plugin, { source: { tokens }, sampling, seed });
          const tokensFilled = tokensOf(await outcomeOf(engineOf(plugin), request));
          const open = tokens.flatMap((id, position) => (id === null ? [position] : []));
          expect(tokensFilled.map(({ position }) => position)).toEqual(open);
          for (const { id, logProb } of tokensFilled) {
            expect(bannedIds).not.toContain(id);
            expect(id).toBeLessThan(vocabularySize);
            expect(logProb).toBeLessThanOrEqual(0);
            expect(logProb).toBeGreaterThan(-20);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('returns known text as it came and the fills of its events as its outcome', async () => {
      const source = { text: 'The [MASK:2] sat,[MASK] [MASK][MASK:3] on é\n[MASK].' };
      const engine = engineOf(plugin);
      const progress = await progressOf(
        engine,
        requestOf(plugin, { source, sampling: { temperature: 1 } }),
      );
      const last = progress.at(-1);
      if (last?.type !== 'completed') throw new Error('The run did not complete.');
      const { segments, text, slots } = last.outcome;
      const known = segments.filter(({ slot }) => slot === null).map((segment) => segment.text);
      expect(known).toEqual(['The ', ' sat,', ' ', ' on é\n', '.']);
      expect(segments.map((segment) => segment.text).join('')).toBe(text);
      const streamed = progress.flatMap((entry) =>
        entry.type === 'committed' ? entry.tokens : [],
      );
      expect(streamed.sort((a, b) => a.position - b.position)).toEqual(
        slots.flatMap(({ tokens }) => tokens),
      );
    });

    it('begins a slot that owns its space with a token that begins with a space', async () => {
      await fc.assert(
        fc.asyncProperty(samplings, seeds, async (sampling, seed) => {
          const request = requestOf(plugin, {
            source: { text: 'Then [MASK] [MASK:2] on' },
            sampling,
            seed,
          });
          const { slots, text } = await outcomeOf(engineOf(plugin), request);
          for (const slot of slots) {
            const first = tokenizer.bytesOf(slot.tokens[0]?.id ?? 0);
            expect(first[0]).toBe(0x20);
            expect(first.length).toBeGreaterThan(1);
          }
          expect(text).toBe(`Then ${slots[0]?.text} ${slots[1]?.text} on`);
        }),
        { numRuns: 30 },
      );
    });

    it('gives the same tokens for the same seed, alone or beside other runs', async () => {
      await fc.assert(
        fc.asyncProperty(tokenSources, samplings, seeds, async (tokens, sampling, seed) => {
          const request = requestOf(plugin, { source: { tokens }, sampling, seed });
          const alone = idsOf(await outcomeOf(engineOf(plugin), request));
          const engine = engineOf(plugin, { maxRunning: 3 });
          const others = [1n, 2n, 3n].map((other) =>
            requestOf(plugin, {
              source: { tokens: [null, null, 20, null] },
              seed: other,
              sampling: { temperature: 1 },
            }),
          );
          const [first, ...rest] = others;
          const among = await Promise.all(
            [first, request, ...rest].map((each) => outcomeOf(engine, each ?? request)),
          );
          expect(idsOf(among[1] as Outcome)).toEqual(alone);
        }),
        { numRuns: 30 },
      );
    });

    it('gives other tokens for other seeds, and ignores the seed at temperature 0', async () => {
      const source = { tokens: new Array<null>(12).fill(null) };
      const fill = async (seed: bigint, temperature: number) =>
        idsOf(
          await outcomeOf(
            engineOf(plugin),
            requestOf(plugin, { source, seed, sampling: { temperature } }),
          ),
        );
      expect(await fill(1n, 1)).not.toEqual(await fill(2n, 1));
      expect(await fill(1n, 0)).toEqual(await fill(2n, 0));
    });

    it('completes without open positions, and with nothing at all', async () => {
      const full = await outcomeOf(
        engineOf(plugin),
        requestOf(plugin, { source: { text: 'No mask.' } }),
      );
      expect(full.text).toBe('No mask.');
      const empty = await outcomeOf(
        engineOf(plugin),
        requestOf(plugin, { source: { tokens: [] } }),
      );
      expect(empty.text).toBe('');
    });

    it('stops within one step of an abort and gives what it has', async () => {
      const { afterAbort, outcome } = await abortedRun(plugin);
      expect(afterAbort).toBeLessThanOrEqual(2);
      expect(outcome.text).toBeNull();
      expect(tokensOf(outcome).length).toBeGreaterThan(0);
    });

    it('reports as many alternatives as asked, best first, at temperature 1 whatever the sampling', async () => {
      const source = { tokens: [10, null, null] };
      const greedy = await outcomeOf(
        engineOf(plugin),
        requestOf(plugin, { source, alternatives: 5 }),
      );
      const cold = requestOf(plugin, {
        source,
        alternatives: 5,
        sampling: { temperature: 0, topK: 1 },
      });
      for (const token of tokensOf(greedy)) {
        const logProbs = token.alternatives.map(({ logProb }) => logProb);
        expect(logProbs.length).toBe(5);
        expect(logProbs).toEqual(logProbs.slice().sort((a, b) => b - a));
        expect(logProbs[0]).toBe(token.logProb);
      }
      expect(tokensOf(await outcomeOf(engineOf(plugin), cold))).toEqual(tokensOf(greedy));
    });

    it('scores its own fill as the sum of what it reported', async () => {
      await fc.assert(
        fc.asyncProperty(tokenSources, samplings, seeds, async (tokens, sampling, seed) => {
          const engine = engineOf(plugin);
          const request = requestOf(plugin, { source: { tokens }, sampling, seed });
          const outcome = await outcomeOf(engine, request);
          const fill = { tokens: idsOf(outcome) };
          const { likelihood } = await engine.score({ request, fill, draws: 1 }, never);
          expect(likelihood.kind).toBe(outcome.likelihood?.kind);
          expect(likelihood.logProb).toBeCloseTo(outcome.likelihood?.logProb ?? Number.NaN, 9);
        }),
        { numRuns: 40 },
      );
    });
  });
}
