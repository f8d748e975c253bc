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
import { drawFill } from '../../src/decoding/draw-fill.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import type { CausalModel, LoadedModels } from '../../src/model/models.ts';

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
  return {
    async begin(run) {
      const passes = { causal: 0, masked: 0 };
      const reader = new CausalReader(causal, startId, passes);
      return { passes, run, ids: run.ids.slice(), open: openPositions(run.ids), reader };
    },
    async step(states) {
      const results: StepResult[] = [];
      for (const state of states) results.push(await stepOne(state, causal));
      return results;
    },
    end: () => undefined,
    score(run, targets, pace) {
      const reader = new CausalReader(causal, startId, { causal: 0, masked: 0 });
      return chainRuleScore(run, targets, {
        reader,
        rowsOf: (hidden) => causal.logits(hidden),
        pace,
      });
    },
  };
}

async function stepOne(state: State, causal: CausalModel): Promise<StepResult> {
  const { run, ids, open, reader } = state;
  const position = open.shift();
  assert(position !== undefined, 'A run that is done takes no step.');
  const row = await causal.logits(await reader.read(ids, [position])); // (1, V)
  run.rules.forbid(row, position, ids);
  const fill = drawFill(row, run, { position, step: 0 }, ids.slice(0, position));
  ids[position] = fill.tokenId;
  return {
    fills: [fill],
    reopened: [],
    done: open.length === 0,
  };
}
