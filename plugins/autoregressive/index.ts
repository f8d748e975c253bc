/**
 * The autoregressive baseline: left to right, each token from the tokens before it, p(x_i | x_<i).
 *
 * It never sees what stands to the right of a slot; MARIA is the same causal model with that added.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { CausalReader } from '../../src/decoding/causal-reader.ts';
import { chainRuleScore } from '../../src/decoding/chain-rule-score.ts';
import type {
  Decoder,
  DecoderPlugin,
  DecoderState,
  Run,
  StepResult,
} from '../../src/decoding/decoder.ts';
import { drawnLogits, drawnProbsInto, fillOf } from '../../src/decoding/distribution.ts';
import { knownIds, openPositions } from '../../src/decoding/positions.ts';
import type { CausalModel, LoadedModels } from '../../src/model/models.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { argmax, inverseCdf } from '../../src/numerics/sampling.ts';

const optionsSchema = z.strictObject({
  prompt: z
    .enum(['PREFIX'])
    .default('PREFIX')
    .describe(
      'What the model reads before a token. PREFIX: everything to its left, known and filled.',
    ),
});

type Options = z.output<typeof optionsSchema>;

type State = DecoderState & {
  readonly run: Run<Options>;
  /** (T); committed tokens are filled in. */
  readonly ids: (number | null)[];
  /** Open positions, ascending; the next one first. */
  readonly open: number[];
  readonly reader: CausalReader;
};

/** The plugin; see the file's header. */
export const autoregressive: DecoderPlugin<Options, State> = {
  name: 'autoregressive',
  title: 'Autoregressive',
  description:
    'Fills from left to right with the causal model alone. Each token depends on everything to its left; ' +
    'what stands to the right of a slot is ignored.',
  roles: ['causal'],
  options: optionsSchema,
  capabilities: {
    streams: 'LEFT_TO_RIGHT',
    features: ['ALTERNATIVES', 'SCORES'],
    sampling: ['temperature', 'topK', 'topP', 'repetitionPenalty'],
  },
  likelihood: () => 'CHAIN_RULE',
  maxSteps: (openCount) => openCount,
  create: createAutoregressive,
};

function createAutoregressive(models: LoadedModels): Decoder<Options, State> {
  const { causal, facts } = models;
  const { startId } = facts;
  assert(causal !== null && startId !== null, 'The registry gives a plugin the roles it names.');
  const probs = new Float64Array(facts.vocabularySize);
  return {
    async begin(run) {
      const passes = { causal: 0, masked: 0 };
      const reader = new CausalReader(causal, startId, passes);
      return { passes, run, ids: run.ids.slice(), open: openPositions(run.ids), reader };
    },
    async step(states) {
      const results: StepResult[] = [];
      for (const state of states) results.push(await stepOne(state, causal, probs));
      return results;
    },
    end: () => undefined,
    score(run, targets, { signal }) {
      const reader = new CausalReader(causal, startId, { causal: 0, masked: 0 });
      return chainRuleScore(run, targets, {
        reader,
        rowsOf: (hidden) => causal.logits(hidden),
        signal,
      });
    },
  };
}

async function stepOne(
  state: State,
  causal: CausalModel,
  probs: Float64Array,
): Promise<StepResult> {
  const { run, ids, open, reader } = state;
  const position = open.shift();
  assert(position !== undefined, 'A run that is done takes no step.');
  const row = await causal.logits(await reader.read(ids, [position])); // (1, V)
  run.rules.forbid(row, position, ids);
  const logits = drawnLogits(row, run.sampling, () => new Set(knownIds(ids.slice(0, position))));
  const { tokenId, logTotal } =
    run.sampling.temperature === 0
      ? { tokenId: argmax(logits) }
      : sample(logits, position, run, probs);
  ids[position] = tokenId;
  return {
    fills: [fillOf(row, { position, tokenId }, run.alternatives, logTotal)],
    reopened: [],
    done: open.length === 0,
  };
}

function sample(
  logits: Float32Array,
  position: number,
  run: Run<Options>,
  probs: Float64Array,
): { readonly tokenId: number; readonly logTotal?: number | undefined } {
  const logTotal = drawnProbsInto(logits, run.sampling, probs);
  const draw = keyedUniform(run.seed, { purpose: 'sample', position, step: 0 });
  return { tokenId: inverseCdf(probs, draw, 1), logTotal };
}
