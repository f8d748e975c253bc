/**
 * Masked diffusion: the masked model alone, ancestral sampling. Each denoising step reveals a random part of the open
 * positions, each drawn from its own distribution; with ReMDM, committed tokens reopen at random on the way.
 *
 * `denoising.ts` has the chances and their sources.
 */
import assert from 'node:assert/strict';
import type {
  Decoder,
  DecoderPlugin,
  DecoderState,
  Fill,
  LikelihoodKind,
  Run,
  StepResult,
} from '../../src/decoding/decoder.ts';
import { Denoiser, type DenoisingModel, denoisingModel } from '../../src/decoding/denoiser.ts';
import { drawFill } from '../../src/decoding/draw-fill.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { DenoisingRun } from './denoising-run.ts';
import { type Options, optionsSchema } from './options.ts';
import { score } from './score.ts';

type State = DecoderState & {
  readonly run: Run<Options>;
  readonly denoiser: Denoiser;
  readonly denoising: DenoisingRun;
  /** Probability of each committed token when it was drawn. */
  readonly committed: Map<number, number>;
};

/** The plugin; see the file's header. */
export const diffusion: DecoderPlugin<Options, State> = {
  name: 'diffusion',
  title: 'Masked diffusion',
  description:
    'Fills with the masked model alone, at random positions: each denoising step reveals a part of them, given ' +
    'everything known and filled on both sides.',
  roles: ['masked'],
  options: optionsSchema,
  capabilities: {
    streams: 'ANY_ORDER',
    features: ['REVISES', 'ALTERNATIVES', 'SCORES'],
    sampling: ['temperature', 'topK', 'topP', 'repetitionPenalty'],
  },
  likelihood: likelihoodKind,
  maxSteps: (openCount, { revise, steps }, constrainedCount) =>
    // Each step commits a position; a denoising step is spread over at most all of one slot with choices.
    revise === 'none' ? openCount : steps * constrainedCount,
  create: (models) => createDiffusion(denoisingModel(models)),
};

function likelihoodKind({ revise }: Options): LikelihoodKind {
  return revise === 'none' ? 'ELBO' : 'NONE';
}

function createDiffusion(model: DenoisingModel): Decoder<Options, State> {
  return {
    async begin(run) {
      const passes = { causal: 0, masked: 0 };
      const denoising = new DenoisingRun(run.options, run.rules, (purpose, position, step) =>
        keyedUniform(run.seed, { purpose, position, step }),
      );
      const denoiser = new Denoiser(model, run, passes);
      return { passes, run, denoiser, denoising, committed: new Map() };
    },
    async step(states) {
      const results: StepResult[] = [];
      for (const state of states) results.push(await stepOne(state));
      return results;
    },
    end: () => undefined,
    async score(run, targets, options) {
      assert(likelihoodKind(run.options) !== 'NONE', 'A revised fill has no likelihood.');
      return score({ model, run, targets }, run.options, options);
    },
  };
}

async function stepOne({ run, denoiser, denoising, committed }: State): Promise<StepResult> {
  const { open } = denoiser;
  const { revealed, reopened, step } = denoising.next({ open, committed });
  const fills: Fill[] = [];
  // Drawn from the pass that has the reopened tokens in place: both are decided from where the step starts.
  await denoiser.forEachRow(revealed, (row, position) => {
    fills.push(drawFill(row, run, { position, step }, denoiser.ids));
  });
  for (const position of reopened) {
    denoiser.reopen(position);
    committed.delete(position);
  }
  for (const { position, tokenId, logProb } of fills) {
    denoiser.commit(position, tokenId);
    committed.set(position, Math.exp(logProb));
  }
  const isFilled = denoiser.open.length === 0;
  const done = denoising.isOver || (isFilled && run.options.revise === 'none');
  return { fills, reopened, done };
}
