/**
 * How often a decoder draws each fill of one prompt, over many seeds.
 *
 * Takes the run that the engine would give the decoder, and steps many of it at once.
 */
import assert from 'node:assert/strict';
import type { DecoderState, Run } from '../../src/decoding/decoder.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { AnyDecoder, AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import { type EngineSetting, engineOf, idsOf, outcomeOf } from './runs.ts';
import { watched } from './watched-plugin.ts';

const sampleCount = 20_000;
/** States that step together. */
const batchSize = 50;
const never = new AbortController().signal;

/** Counts of fills, as their ids, in 20,000 runs with the seeds 0, 1, 2 …; the first also runs through the engine. */
export async function sampledCounts(
  plugin: AnyDecoderPlugin,
  request: InfillRequest,
  setting: Pick<EngineSetting, 'models' | 'tokenizer'>,
): Promise<Map<string, number>> {
  const { plugin: seen, diary } = watched(plugin);
  const outcome = await outcomeOf(engineOf(seen, setting), { ...request, seed: 0n });
  const [page] = diary.runs;
  assert(page !== undefined, 'A run with open positions begins.');
  const decoder = plugin.create(setting.models);
  const counts = new Map<string, number>();
  for (let seed = 0; seed < sampleCount; seed += batchSize) {
    const fills = await fillsFrom(decoder, page.run, seed);
    if (seed === 0) assert.equal(fills[0], idsOf(outcome).join());
    for (const fill of fills) counts.set(fill, (counts.get(fill) ?? 0) + 1);
  }
  return counts;
}

type Sample = { readonly state: DecoderState; readonly ids: (number | null)[]; isDone: boolean };

/** The fills of `batchSize` seeds from the first on. */
async function fillsFrom(
  decoder: AnyDecoder,
  run: Run<unknown>,
  firstSeed: number,
): Promise<string[]> {
  const samples: Sample[] = [];
  for (let seed = firstSeed; seed < firstSeed + batchSize; seed++) {
    const state = await decoder.begin({ ...run, seed: BigInt(seed) }, never);
    samples.push({ state, ids: run.ids.slice(), isDone: false });
  }
  for (let left = samples; left.length > 0; left = left.filter(({ isDone }) => !isDone)) {
    await stepAll(decoder, left);
  }
  for (const { state } of samples) decoder.end(state);
  return samples.map(({ ids }) => ids.filter((_, position) => run.ids[position] === null).join());
}

async function stepAll(decoder: AnyDecoder, samples: readonly Sample[]): Promise<void> {
  const states = samples.map(({ state }) => state);
  const results = await decoder.step(states, never);
  for (const [index, sample] of samples.entries()) {
    const result = results[index];
    assert(result !== undefined, 'A step gives one result per state.');
    for (const { position, tokenId } of result.fills) sample.ids[position] = tokenId;
    sample.isDone = result.done;
  }
}
