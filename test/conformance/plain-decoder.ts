/**
 * Plain decoders for tests: their steps and scores are functions, and every pass reads its prefix from the start.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { DecoderPlugin, DecoderState, Run, StepResult } from '../../src/decoding/decoder.ts';
import { drawnProbsInto, logProbOf } from '../../src/decoding/distribution.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { type DrawPurpose, keyedUniform } from '../../src/numerics/keyed-random.ts';
import { argmax, inverseCdf } from '../../src/numerics/sampling.ts';

const options = z.strictObject({
  window: z.int().min(0).max(4).default(1).describe('Drafts per step, where there are drafts.'),
});
type Options = z.output<typeof options>;

/** A run, with the prompt as filled so far. */
export type State = DecoderState & {
  readonly run: Run<Options>;
  readonly models: LoadedModels;
  readonly ids: (number | null)[];
  /** Runs that the decoder began before. */
  readonly runIndex: number;
};

type Step = (state: State) => Promise<Omit<StepResult, 'done'>>;
type Likelihood = (state: State, targets: readonly number[]) => Promise<number[]>;

/** A decoder whose steps and scores are functions. */
export function decoderOf(
  step: Step,
  likelihood: Likelihood,
  maxSteps = (openCount: number) => openCount,
): AnyDecoderPlugin {
  const plugin: DecoderPlugin<Options, State> = {
    name: 'plain',
    title: 'Plain',
    description: 'For tests.',
    roles: ['causal', 'masked'],
    options,
    capabilities: {
      streams: 'ANY_ORDER',
      features: ['ALTERNATIVES', 'SCORES'],
      sampling: ['temperature'],
    },
    likelihood: () => 'CHAIN_RULE',
    maxSteps,
    create(models) {
      let runCount = 0;
      const begin = (run: Run<Options>): State => {
        const passes = { causal: 0, masked: 0 };
        return { passes, run, models, ids: [...run.ids], runIndex: runCount++ };
      };
      return {
        begin: async (run) => begin(run),
        async step(states) {
          const results: StepResult[] = [];
          for (const state of states) {
            const changed = await step(state);
            results.push({ ...changed, done: openPositions(state.ids).length === 0 });
          }
          return results;
        },
        end: () => undefined,
        async score(run, targets) {
          const perPosition = await likelihood(begin(run), targets);
          const logLikelihood = perPosition.reduce((sum, term) => sum + term, 0);
          return { kind: 'CHAIN_RULE', logLikelihood, perPosition };
        },
      };
    },
  };
  return plugin;
}

/** What the masked model predicts at a position, specials and other forbidden tokens out. @returns (V). */
export async function allowedRow(state: State, position: number): Promise<Float32Array> {
  const row = await maskedRow(state, state.ids, position);
  state.run.rules.forbid(row, position, state.ids);
  return row;
}

/** The log-probability of each target, left to right. */
export async function causalTerms(state: State, targets: readonly number[]): Promise<number[]> {
  const terms: number[] = [];
  for (const [index, position] of openPositions(state.ids).entries()) {
    const row = await causalRow(state, position);
    state.run.rules.forbid(row, position, state.ids);
    terms.push(logProbOf(row, targets[index] ?? -1));
    state.ids[position] = targets[index] ?? null;
  }
  return terms;
}

/** What the causal model predicts at a position whose prefix is filled. @returns (V). */
export async function causalRow(
  { models, ids, passes }: State,
  position: number,
): Promise<Float32Array> {
  const { causal, facts } = models;
  assert(causal !== null && facts.startId !== null, 'The role is there.');
  const prefix = ids.slice(0, position).filter((id) => id !== null);
  const hidden = await causal.forward([facts.startId, ...prefix], causal.createCache());
  passes.causal++;
  return causal.logits(hidden.slice(-causal.hiddenSize));
}

/** What the masked model predicts at a position. @returns (V). */
export async function maskedRow(
  { models, passes }: State,
  ids: readonly (number | null)[],
  position: number,
): Promise<Float32Array> {
  const { masked, facts } = models;
  assert(masked !== null && facts.maskId !== null, 'The role is there.');
  const { maskId } = facts;
  const hidden = await masked.encode(ids.map((id) => id ?? maskId));
  passes.masked++;
  return masked.logits(
    hidden.slice(position * masked.hiddenSize, (position + 1) * masked.hiddenSize),
  );
}

/** The token of a uniform draw. */
export function sampled({ run }: State, row: Float32Array, uniform: number): number {
  return inverseCdf(probsOf(row, run), uniform, 1);
}

/** What is drawn from: all on the most probable token at temperature 0. @returns (V). */
export function probsOf(row: Float32Array, { sampling }: Run<Options>): Float64Array {
  const probs = new Float64Array(row.length);
  if (sampling.temperature === 0) probs[argmax(row)] = 1;
  else drawnProbsInto(row, sampling, probs);
  return probs;
}

/** A keyed uniform draw. */
export function draw(
  { seed }: Run<Options>,
  purpose: DrawPurpose,
  position: number,
  step = 0,
): number {
  return keyedUniform(seed, { purpose, position, step });
}
