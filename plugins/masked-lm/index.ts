/**
 * Masked-LM decoding: the masked model alone, any order; each pass commits one or several positions, and committed ones
 * may be revised.
 *
 * Sources: Ghazvininejad et al. 2019, arXiv:1904.09324 (mask-predict); `commit-rule.ts` for the others.
 */
import type {
  Decoder,
  DecoderPlugin,
  DecoderState,
  Fill,
  Run,
  StepResult,
} from '../../src/decoding/decoder.ts';
import { Denoiser, type DenoisingModel, denoisingModel } from '../../src/decoding/denoiser.ts';
import { drawFill } from '../../src/decoding/draw-fill.ts';
import { hasSharedGroup } from '../../src/decoding/slot-groups.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { nextPositions } from './commit-rule.ts';
import { Edits, maxEditsPerPosition } from './edits.ts';
import { leastProbable, repredictedCount } from './mask-predict.ts';
import { type Options, optionsSchema } from './options.ts';
import { likelihoodKind, score } from './score.ts';

type State = DecoderState & {
  readonly run: Run<Options>;
  readonly denoiser: Denoiser;
  readonly edits: Edits;
  /** Steps taken. */
  stepCount: number;
  /** Log-probabilities of committed tokens when they were drawn. */
  readonly logProbs: Map<number, number>;
};

/** The plugin; see the file's header. */
export const maskedLm: DecoderPlugin<Options, State> = {
  name: 'masked-lm',
  title: 'Masked LM',
  description:
    'Fills with the masked model alone, in an order of its own choice: each pass sees all known and filled tokens on ' +
    'both sides and commits one or several positions.',
  roles: ['masked'],
  options: optionsSchema,
  capabilities: {
    streams: 'ANY_ORDER',
    features: ['REVISES', 'ALTERNATIVES', 'SCORES'],
    sampling: ['temperature', 'topK', 'topP', 'repetitionPenalty'],
  },
  likelihood: likelihoodKind,
  refusal: refusalOf,
  maxSteps(openCount, options) {
    switch (options.revise) {
      case 'none':
        return openCount;
      case 'mask-predict':
        return options.iterations;
      case 'edit':
        // Each step commits a position, edits one, or is the last.
        return openCount * (1 + maxEditsPerPosition) + 1;
    }
  },
  create: (models) => createMaskedLm(denoisingModel(models)),
};

function createMaskedLm(model: DenoisingModel): Decoder<Options, State> {
  return {
    async begin(run) {
      const passes = { causal: 0, masked: 0 };
      const denoiser = new Denoiser(model, run, passes);
      return { passes, run, denoiser, edits: new Edits(), stepCount: 0, logProbs: new Map() };
    },
    async step(states) {
      const results: StepResult[] = [];
      for (const state of states) results.push(await stepOne(state));
      return results;
    },
    end: () => undefined,
    score: (run, targets, options) => score({ model, run, targets }, run.options, options),
  };
}

async function stepOne(state: State): Promise<StepResult> {
  const { revise } = state.run.options;
  switch (revise) {
    case 'none':
      return commitStep(state);
    case 'mask-predict':
      return maskPredictStep(state, state.run.options.iterations);
    case 'edit':
      return editStep(state, state.run.options.editThreshold);
  }
}

async function commitStep(state: State): Promise<StepResult> {
  const fills = await drawFills(state, await nextOf(state), 0);
  commitAll(state, fills);
  return { fills, reopened: [], done: state.denoiser.open.length === 0 };
}

async function maskPredictStep(state: State, iterations: number): Promise<StepResult> {
  const { denoiser, logProbs } = state;
  const slotCount = denoiser.slotPositions.length;
  const step = state.stepCount++;
  // subtle: reopened positions are drawn again in this same step, so they are reported as fills that replace.
  const again =
    step === 0 ? [] : leastProbable(logProbs, repredictedCount(slotCount, step, iterations));
  for (const position of again) denoiser.reopen(position);
  const fills = await drawFills(state, denoiser.open, step);
  commitAll(state, fills);
  const isLast = repredictedCount(slotCount, step + 1, iterations) === 0;
  return { fills, reopened: [], done: isLast };
}

async function editStep(state: State, threshold: number): Promise<StepResult> {
  const { denoiser, edits, run } = state;
  const next = denoiser.open.length > 0 ? await nextOf(state) : [];
  // Both are read from one pass; nothing is committed before the last row is read.
  const replaced = await edits.find(denoiser, run, { threshold, next });
  const drawn = await drawFills(state, next, 0);
  const fills = [...drawn, ...replaced];
  commitAll(state, fills);
  const isSettled = replaced.length === 0 || edits.areSpent(denoiser.slotPositions);
  return {
    fills,
    reopened: [],
    done: denoiser.open.length === 0 && drawn.length === 0 && isSettled,
  };
}

function nextOf({ run, denoiser }: State): Promise<number[]> {
  const randomKey = (position: number) =>
    keyedUniform(run.seed, { purpose: 'order', position, step: 0 });
  return nextPositions(denoiser, run.options, run.rules, randomKey);
}

/** Draws tokens for positions of one pass; commits nothing. */
async function drawFills(
  { run, denoiser }: State,
  positions: readonly number[],
  step: number,
): Promise<Fill[]> {
  const fills: Fill[] = [];
  await denoiser.forEachRow(positions, (row, position) => {
    fills.push(drawFill(row, run, { position, step }, denoiser.ids));
  });
  return fills;
}

function commitAll({ denoiser, logProbs }: State, fills: readonly Fill[]): void {
  for (const { position, tokenId, logProb } of fills) {
    denoiser.commit(position, tokenId);
    logProbs.set(position, logProb);
  }
}

/** Tokens of one pass do not see each other, so they could be of different choices. */
function refusalOf(run: Run<Options>): string | null {
  if (run.options.commit !== 'one-shot' || !hasSharedGroup(run)) return null;
  const { revise } = run.options;
  const cause = revise === 'mask-predict' ? 'Revision "mask-predict"' : 'Commit rule "one-shot"';
  return `${cause} fills all positions in one pass, which a slot with choices of several tokens does not allow.`;
}
