/**
 * A masked model's view of one prompt while it is filled: one pass gives a distribution for every position of the
 * run's slots, given everything known and committed.
 *
 * A pass is made when rows are asked for and something changed since the last one. Logits are computed in blocks, so
 * memory does not grow with open positions × V. Knows rows; knows not which positions are filled next.
 */
import assert from 'node:assert/strict';
import type { LoadedModels, MaskedModel } from '../model/models.ts';
import { gatherRows, rowOf } from './causal-reader.ts';
import { logitsBlockSize } from './chain-rule-score.ts';
import type { PassCounts, Run } from './decoder.ts';
import { openPositions } from './positions.ts';

/** The model that denoises, and what it has at open positions. */
export type DenoisingModel = { readonly masked: MaskedModel; readonly maskId: number };

/** The masked role of a pack that has one. */
export function denoisingModel({ masked, facts: { maskId } }: LoadedModels): DenoisingModel {
  assert(masked !== null && maskId !== null, 'The registry gives a plugin the roles it names.');
  return { masked, maskId };
}

/** One run's prompt with what is committed so far. */
export class Denoiser {
  /** Positions the run has to fill, ascending. */
  readonly slotPositions: readonly number[];
  /** Index of each of them. */
  readonly #rowOf: ReadonlyMap<number, number>;
  readonly #model: DenoisingModel;
  readonly #rules: Run<unknown>['rules'];
  readonly #passes: PassCounts;
  readonly #ids: (number | null)[];
  /** (S, D), rows of `slotPositions`; null once something changed. */
  #hidden: Float32Array | null = null;
  /** Rows in memory, rules applied: (positions.length, V). */
  #block: { readonly positions: readonly number[]; readonly logits: Float32Array } = noBlock;

  /** @param passes - its `masked` counts the passes. */
  constructor(
    model: DenoisingModel,
    { ids, rules }: Pick<Run<unknown>, 'ids' | 'rules'>,
    passes: PassCounts,
  ) {
    this.#model = model;
    this.#rules = rules;
    this.#passes = passes;
    this.#ids = ids.slice();
    this.slotPositions = openPositions(ids);
    this.#rowOf = new Map(this.slotPositions.map((position, row) => [position, row]));
  }

  /** (T); null at open positions. */
  get ids(): readonly (number | null)[] {
    return this.#ids;
  }

  /** Positions that are open now, ascending. */
  get open(): readonly number[] {
    return this.slotPositions.filter((position) => this.#ids[position] === null);
  }

  /** Positions of slots that have a token now, ascending. */
  get committed(): readonly number[] {
    return this.slotPositions.filter((position) => this.#ids[position] !== null);
  }

  /** Puts a token at a position; one that is there already is replaced. */
  commit(position: number, tokenId: number): void {
    this.#put(position, tokenId);
  }

  /** Makes a position open again. */
  reopen(position: number): void {
    this.#put(position, null);
  }

  /**
   * Visits the logits of some of `slotPositions`, rules applied; those of committed ones too, which their own token does not narrow.
   *
   * @param visit - its row, (V), is to be read only, and valid during the visit.
   */
  async forEachRow(
    positions: readonly number[],
    visit: (row: Float32Array, position: number) => void,
  ): Promise<void> {
    for (let first = 0; first < positions.length; first += logitsBlockSize) {
      const wanted = positions.slice(first, first + logitsBlockSize);
      const isLoaded = wanted.every((position) => this.#block.positions.includes(position));
      if (!isLoaded) await this.#load(wanted);
      const { logits, positions: loaded } = this.#block;
      const width = logits.length / loaded.length;
      for (const position of wanted) {
        visit(rowOf(logits, loaded.indexOf(position), width), position);
      }
    }
  }

  #put(position: number, tokenId: number | null): void {
    this.#ids[position] = tokenId;
    this.#hidden = null;
    this.#block = noBlock;
  }

  async #load(positions: readonly number[]): Promise<void> {
    const { masked } = this.#model;
    this.#hidden ??= await this.#encode();
    const rows = positions.map((position) => this.#rowOf.get(position) ?? -1);
    const logits = await masked.logits(gatherRows(this.#hidden, rows, masked.hiddenSize));
    const width = logits.length / positions.length;
    for (const [index, position] of positions.entries()) {
      this.#rules.forbid(rowOf(logits, index, width), position, this.#ids);
    }
    this.#block = { positions, logits };
  }

  async #encode(): Promise<Float32Array> {
    const { masked, maskId } = this.#model;
    const hidden = await masked.encode(this.#ids.map((id) => id ?? maskId)); // (T, D)
    this.#passes.masked++;
    return gatherRows(hidden, this.slotPositions, masked.hiddenSize);
  }
}

const noBlock = { positions: [], logits: new Float32Array(0) };
