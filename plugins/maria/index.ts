/**
 * MARIA: a frozen masked and a frozen causal model joined by one linear layer, left to right with a KV cache,
 * p(x_i | x_<i, x_U) = softmax(W [h^c of i − 1 ; h^m of i]).
 *
 * Decodes by drafting from the masked model's own distribution q and verifying against the fused one, r: a draft x is
 * kept with probability min(1, r(x) / q(x)), else replaced from max(0, r − q), so every token is distributed as r. All
 * draws are keyed by position, so the tokens do not depend on how many drafts one causal pass verifies.
 *
 * Sources: arXiv:2502.06901 (MARIA); Leviathan et al. 2023, arXiv:2211.17192 (verification).
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { CausalReader, rowOf } from '../../src/decoding/causal-reader.ts';
import { chainRuleScore } from '../../src/decoding/chain-rule-score.ts';
import type {
  Decoder,
  DecoderPlugin,
  DecoderState,
  Fill,
  Run,
  ScoreOptions,
  StepResult,
} from '../../src/decoding/decoder.ts';
import { drawnLogits, drawnWeightsInto, fillOf } from '../../src/decoding/distribution.ts';
import { maskedShareOf } from '../../src/decoding/masked-share.ts';
import { knownIds, openPositions } from '../../src/decoding/positions.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { addScaledInto } from '../../src/numerics/add.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { argmax, inverseCdf, subtractDraft } from '../../src/numerics/sampling.ts';
import { type Draft, DraftWindow, draftBytes } from './draft-window.ts';
import { MaskedRows, type MaskedSource } from './masked-rows.ts';
import { AdaptiveWindow, adaptiveLimit, fixedWindow, type WindowPolicy } from './window-policy.ts';

const optionsSchema = z.strictObject({
  draftWindow: z
    .int()
    .min(0)
    .max(16)
    .optional()
    .describe(
      'Drafted tokens that one causal pass verifies beside the next one; chosen at each step from how sure the ' +
        'masked model is when absent. Changes the speed, never the tokens.',
    )
    .transform((size) => size ?? 'auto'),
});

type Options = z.output<typeof optionsSchema>;

type State = DecoderState & {
  readonly run: Run<Options>;
  /** (T); committed tokens are filled in. */
  readonly ids: (number | null)[];
  /** All open positions of the prompt, ascending. */
  readonly open: readonly number[];
  /** How many of `open` are committed. */
  committedCount: number;
  readonly reader: CausalReader;
  readonly rows: MaskedRows;
  readonly drafts: DraftWindow;
  readonly policy: WindowPolicy;
};

/** The token to commit, and log Σ exp of its row where verifying it added that up. */
type Verified = { readonly tokenId: number; readonly logTotal: number | undefined };

/** The plugin; see the file's header. */
export const maria: DecoderPlugin<Options, State> = {
  name: 'maria',
  title: 'MARIA',
  description:
    'Fills from left to right with a causal and a masked model fused by one linear layer: each token depends on ' +
    'everything to its left and on all known text to its right.',
  roles: ['causal', 'masked', 'fusion'],
  options: optionsSchema,
  capabilities: {
    streams: 'LEFT_TO_RIGHT',
    features: ['ALTERNATIVES', 'SCORES'],
    sampling: ['temperature', 'topK', 'topP', 'repetitionPenalty'],
  },
  likelihood: () => 'CHAIN_RULE',
  maxSteps: (openCount) => openCount,
  ownBytes: ({ vocabularySize, openCount }, { draftWindow }) =>
    Math.min(openCount, windowLimit(draftWindow) + 1) * draftBytes(vocabularySize),
  create: (models) => new Maria(models),
};

function windowLimit(draftWindow: Options['draftWindow']): number {
  return draftWindow === 'auto' ? adaptiveLimit : draftWindow;
}

class Maria implements Decoder<Options, State> {
  readonly #models;
  readonly #source: MaskedSource;
  /** Scratch, (V). */
  readonly #fusedWeights: Float64Array;

  constructor({ facts, causal, masked, fusion }: LoadedModels) {
    const { startId, maskId, vocabularySize } = facts;
    assert(
      causal && masked && fusion && startId !== null && maskId !== null,
      'The registry gives a plugin the roles it names.',
    );
    this.#models = { causal, fusion, startId };
    this.#source = { masked, fusion, maskId, vocabularySize };
    this.#fusedWeights = new Float64Array(vocabularySize);
  }

  async begin(run: Run<Options>): Promise<State> {
    const passes = { causal: 0, masked: 0 };
    const rows = await MaskedRows.encode(this.#source, run, passes);
    const reader = new CausalReader(this.#models.causal, this.#models.startId, passes);
    const { draftWindow } = run.options;
    const policy =
      draftWindow === 'auto'
        ? new AdaptiveWindow(run.sampling.temperature === 0)
        : fixedWindow(draftWindow);
    const open = openPositions(run.ids);
    const size = Math.min(open.length, policy.limit + 1);
    const { vocabularySize } = this.#source;
    return {
      passes,
      run,
      ids: run.ids.slice(),
      open,
      committedCount: 0,
      reader,
      rows,
      drafts: new DraftWindow(rows, run, { size, vocabularySize }),
      policy,
    };
  }

  async step(states: readonly State[]): Promise<StepResult[]> {
    const results: StepResult[] = [];
    for (const state of states) results.push(await this.#stepOne(state));
    return results;
  }

  end(): void {
    // Caches and rows belong to the state alone.
  }

  async score(run: Run<Options>, targets: readonly number[], pace: ScoreOptions) {
    const passes = { causal: 0, masked: 0 };
    const rows = await MaskedRows.encode(this.#source, run, passes);
    const reader = new CausalReader(this.#models.causal, this.#models.startId, passes);
    const rowsOf = async (hidden: Float32Array, firstOpen: number) => {
      const count = hidden.length / this.#models.causal.hiddenSize;
      await rows.load(firstOpen, count);
      return this.#fusedRows(hidden, rows, firstOpen);
    };
    return chainRuleScore(run, targets, { reader, rowsOf, pace });
  }

  async #stepOne(state: State): Promise<StepResult> {
    const { run, ids, reader, rows, drafts, policy, committedCount: first } = state;
    const targets = await this.#nextTargets(state);
    const drafted = ids.slice();
    for (const [index, position] of targets.entries()) {
      drafted[position] = drafts.at(first + index).tokenId;
    }
    const fused = await this.#fusedRows(await reader.read(drafted, targets), rows, first); // (k + 1, V)

    const fills: Fill[] = [];
    for (const [index, position] of targets.entries()) {
      const row = rowOf(fused, index, this.#source.vocabularySize);
      run.rules.forbid(row, position, ids);
      const draft = drafts.at(first + index);
      const { tokenId, logTotal } = this.#verify(row, state, { position, draft });
      ids[position] = tokenId;
      state.committedCount++;
      const masked = { part: rows.fusedPart(first + index), scale: this.#models.fusion.scale };
      fills.push({
        ...fillOf(row, { position, tokenId }, run.alternatives, logTotal),
        maskedShare: maskedShareOf(row, masked, tokenId),
      });
      policy.learn(draft.confidence, tokenId === draft.tokenId);
      if (tokenId !== draft.tokenId) {
        // What was read after this position followed a token that is not there.
        reader.forgetFrom(position);
        break;
      }
    }
    return { fills, reopened: [], done: state.committedCount === state.open.length };
  }

  /** The open positions that the next pass verifies; their rows are loaded. */
  async #nextTargets(state: State): Promise<readonly number[]> {
    const { open, reader, rows, drafts, policy, committedCount: first } = state;
    const reachable = open.slice(first, first + policy.limit + 1);
    await rows.load(first, reachable.length);
    const size = policy.choose({
      targetCount: reachable.length,
      rowsTo: (index) => reader.unreadBefore(reachable[index] ?? 0),
      confidenceOf: (index) => drafts.at(first + index).confidence,
    });
    return reachable.slice(0, size + 1);
  }

  /** Fused logits of consecutive open positions. @returns (N, V), owned by the caller. */
  async #fusedRows(
    hidden: Float32Array,
    rows: MaskedRows,
    firstOpen: number,
  ): Promise<Float32Array> {
    const { vocabularySize } = this.#source;
    const { fusion } = this.#models;
    const fused = await fusion.causalPart(hidden);
    for (let index = 0; index * vocabularySize < fused.length; index++) {
      const maskedPart = rows.fusedPart(firstOpen + index);
      addScaledInto(rowOf(fused, index, vocabularySize), maskedPart, fusion.scale);
    }
    return fused;
  }

  /** Returns the token to commit: the draft where it is accepted, else its replacement. @param row - (V), of r. */
  #verify(
    row: Float32Array,
    { run, ids }: State,
    { position, draft }: { readonly position: number; readonly draft: Draft },
  ): Verified {
    const logits = drawnLogits(row, run.sampling, () => new Set(knownIds(ids)));
    if (run.sampling.temperature === 0) return { tokenId: argmax(logits), logTotal: undefined };
    const target = this.#fusedWeights;
    const { total: targetTotal, logTotal } = drawnWeightsInto(logits, run.sampling, target);
    const accepted = { tokenId: draft.tokenId, logTotal };
    // Brings q's weights to the total of r's, so that neither need be divided.
    const scale = targetTotal / draft.total;
    const draftWeight = scale * (draft.weights[draft.tokenId] ?? 0);
    const acceptDraw = keyedUniform(run.seed, { purpose: 'accept', position, step: 0 });
    if (acceptDraw * draftWeight < (target[draft.tokenId] ?? 0)) return accepted;
    const total = subtractDraft(target, draft.weights, scale);
    if (total === 0) return accepted;
    const draw = keyedUniform(run.seed, { purpose: 'residual', position, step: 0 });
    return { tokenId: inverseCdf(target, draw, total), logTotal };
  }
}
