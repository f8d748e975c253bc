/**
 * A decoder plugin: fills from right to left with the masked model, the rightmost open positions of each pass at once.
 *
 * Each token depends on all known text and on what was filled to its right. Use it with
 * `PLUGINS=./examples/plugins/right-to-left.mjs`; see docs/plugins.md.
 */
import {
  argmax,
  drawnProbsInto,
  fillOf,
  InfillError,
  inverseCdf,
  keyedUniform,
  logProbOf,
  openPositions,
} from 'lacuna/plugin';
import { z } from 'zod';

const options = z.strictObject({
  perPass: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe('Positions filled by each pass of the masked model, without seeing each other.'),
});

/** @typedef {z.output<typeof options>} Options */
/** @typedef {import('lacuna/plugin').Run<Options>} Run */
/** @typedef {{ passes: import('lacuna/plugin').PassCounts, run: Run, ids: (number | null)[] }} State */

/** @type {import('lacuna/plugin').DecoderPlugin<Options, State>} */
export const decoder = {
  name: 'right-to-left',
  title: 'Right to left',
  description:
    'Fills from right to left with the masked model: each token depends on all known text and on what was filled to ' +
    'its right.',
  roles: ['masked'],
  options,
  capabilities: {
    streams: 'ANY_ORDER',
    features: ['ALTERNATIVES', 'SCORES'],
    sampling: ['temperature', 'topK', 'topP'],
  },
  // The positions of a pass are chosen before any token is: the product over the passes is the fill's probability.
  likelihood: () => 'CHAIN_RULE',
  maxSteps: (openCount) => openCount,
  create,
};

/** @param {import('lacuna/plugin').LoadedModels} models */
function create({ masked, facts }) {
  if (masked === null || facts.maskId === null) throw new Error('The pack has a masked model.');
  const { maskId, vocabularySize } = facts;
  const probs = new Float64Array(vocabularySize);

  /**
   * The logits of a pass at some positions, with what may not stand there removed.
   *
   * @param {Run} run
   * @param {readonly (number | null)[]} ids
   * @param {readonly number[]} positions
   * @returns {Promise<Float32Array[]>} each (V).
   */
  async function rowsOf(run, ids, positions) {
    const hidden = await masked.encode(ids.map((id) => id ?? maskId)); // (T, D)
    const size = masked.hiddenSize;
    const picked = new Float32Array(positions.length * size); // (N, D)
    for (const [index, position] of positions.entries())
      picked.set(hidden.subarray(position * size, (position + 1) * size), index * size);
    const logits = await masked.logits(picked); // (N, V)
    return positions.map((position, index) => {
      const row = logits.subarray(index * vocabularySize, (index + 1) * vocabularySize);
      run.rules.forbid(row, position, ids);
      return row;
    });
  }

  /** @param {Float32Array} row @param {number} position @param {Run} run */
  function draw(row, position, { sampling, seed }) {
    if (sampling.temperature === 0) return argmax(row);
    drawnProbsInto(row, sampling, probs);
    return inverseCdf(probs, keyedUniform(seed, { purpose: 'sample', position, step: 0 }), 1);
  }

  /** @param {State} state */
  async function step({ run, ids, passes }) {
    const positions = nextPositions(run, ids);
    const rows = await rowsOf(run, ids, positions);
    passes.masked += 1;
    const fills = rows.map((row, index) => {
      const position = positions[index];
      return fillOf(row, { position, tokenId: draw(row, position, run) }, run.alternatives);
    });
    for (const { position, tokenId } of fills) ids[position] = tokenId;
    return { fills, reopened: [], done: openPositions(ids).length === 0 };
  }

  return {
    async begin(run) {
      return { passes: { causal: 0, masked: 0 }, run, ids: run.ids.slice() };
    },
    async step(states) {
      const results = [];
      for (const state of states) results.push(await step(state));
      return results;
    },
    end() {
      // Nothing is held outside of the state.
    },
    async score(run, targets, { signal }) {
      const open = openPositions(run.ids);
      const targetAt = new Map(open.map((position, index) => [position, targets[index]]));
      const terms = new Map();
      const ids = run.ids.slice();
      while (terms.size < open.length) {
        if (signal.aborted) throw new InfillError('CANCELLED', 'The scoring was cancelled.');
        const positions = nextPositions(run, ids);
        const rows = await rowsOf(run, ids, positions);
        for (const [index, position] of positions.entries())
          terms.set(position, logProbOf(rows[index], targetAt.get(position)));
        for (const position of positions) ids[position] = targetAt.get(position);
      }
      const perPosition = open.map((position) => terms.get(position));
      const logLikelihood = perPosition.reduce((sum, term) => sum + term, 0);
      return { kind: 'CHAIN_RULE', logLikelihood, perPosition };
    },
  };
}

/**
 * The rightmost open positions, at most one of each slot with choices: two tokens that some choice has, each by itself,
 * may be of no choice together.
 *
 * @param {Run} run
 * @param {readonly (number | null)[]} ids
 */
function nextPositions(run, ids) {
  const groups = new Set();
  const positions = openPositions(ids)
    .reverse()
    .filter((position) => {
      const group = run.rules.groupOf(position);
      const isFree = group === null || !groups.has(group);
      groups.add(group);
      return isFree;
    });
  return positions.slice(0, run.options.perPass);
}
