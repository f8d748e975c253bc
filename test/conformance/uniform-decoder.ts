/**
 * The smallest decoder: draws every token from all that may stand there, left to right, with no model.
 *
 * Runs beside the decoder under test; wrong decoders are made by changing one thing of one like it.
 */
import { z } from 'zod';
import type { DecoderPlugin, DecoderState, Run } from '../../src/decoding/decoder.ts';
import { drawnProbsInto, fillOf } from '../../src/decoding/distribution.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { inverseCdf } from '../../src/numerics/sampling.ts';

const options = z.strictObject({ text: z.string().default('').describe('Of no effect.') });
type Options = z.output<typeof options>;

type State = DecoderState & {
  readonly run: Run<Options>;
  readonly ids: (number | null)[];
  readonly open: number[];
};

/** See the file's header. */
export const uniform: DecoderPlugin<Options, State> = {
  name: 'uniform',
  title: 'Uniform',
  description: 'Any token, all alike.',
  roles: [],
  options,
  capabilities: { streams: 'LEFT_TO_RIGHT', features: ['ALTERNATIVES'], sampling: ['temperature'] },
  likelihood: () => 'NONE',
  maxSteps: (openCount) => openCount,
  create: ({ facts }) => ({
    async begin(run) {
      const passes = { causal: 0, masked: 0 };
      return { passes, run, ids: [...run.ids], open: openPositions(run.ids) };
    },
    async step(states) {
      return states.map(({ run, ids, open }) => {
        const position = open.shift() ?? -1;
        const row = new Float32Array(facts.vocabularySize);
        run.rules.forbid(row, position, ids);
        const probs = new Float64Array(row.length);
        drawnProbsInto(row, { temperature: 1 }, probs);
        const draw = keyedUniform(run.seed, { purpose: 'sample', position, step: 0 });
        const tokenId = inverseCdf(probs, draw, 1);
        ids[position] = tokenId;
        const fill = fillOf(row, { position, tokenId }, run.alternatives);
        return { fills: [fill], reopened: [], done: open.length === 0 };
      });
    },
    end: () => undefined,
  }),
};
