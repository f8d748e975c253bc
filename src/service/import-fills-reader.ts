/**
 * Reads the lines of fills that were made elsewhere as the units of an entrant, all or nothing.
 *
 * Knows masked items and what a line must have for each; knows neither labels nor packs.
 */
import { setImmediate } from 'node:timers/promises';
import { type DatasetItem, groupOf } from '../benchmark/dataset-item.ts';
import { datasetLimits } from '../benchmark/dataset-reader.ts';
import type { ItemFill, ItemScore, ScoreKind } from '../benchmark/item-result.ts';
import type { MaskKey } from '../benchmark/mask-draw.ts';
import { maskText } from '../benchmark/mask-item.ts';
import { type Masking, maskingName } from '../benchmark/masking.ts';
import { counted } from '../counted.ts';
import type { Problem } from '../errors.ts';
import type { NewBenchmarkItem } from '../store/benchmark-units.ts';
import type { BenchmarkRow, EntrantRow } from '../store/benchmarks.ts';
import {
  matchedTokens,
  opensText,
  scoredCharacters,
  type Tokenize,
  unitRequest,
} from './benchmark-unit.ts';
import { unitOrdinal } from './benchmark-work.ts';
import { type FillsLine, readFillsLine } from './import-fills-line.ts';

/** What lines are read with. */
export type FillsReaderOptions = {
  readonly benchmark: BenchmarkRow;
  readonly key: MaskKey;
  /** Those of the benchmark, in its order. */
  readonly items: readonly DatasetItem[];
  readonly entrant: EntrantRow;
  /** What `logProb` is; null where lines must have none. */
  readonly kind: ScoreKind | null;
  /** By the pack whose tokens maskings of tokens open; null where there is none, and lines of such maskings are not read. */
  readonly tokenize: Tokenize | null;
};

/** What an item has at its masks. */
type Masked = {
  readonly gold: readonly string[];
  /** Null where a masking opens text, which has tokens under a pack only. */
  readonly goldIds: readonly number[] | null;
  readonly characters: number;
};

type Place = { readonly item: DatasetItem; readonly index: number };

/** Then others have a turn: masking a line takes up to some milliseconds. */
const linesPerTurn = 20;

/** Give it the lines; then it has units, or problems. */
export class FillsReader {
  readonly #options: FillsReaderOptions;
  /** By masking and item; null of what a line with problems is of. */
  readonly #units = new Map<string, NewBenchmarkItem | null>();
  readonly #places: ReadonlyMap<string, Place>;
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #lineCount = 0;

  constructor(options: FillsReaderOptions) {
    this.#options = options;
    this.#places = new Map(options.items.map((item, index) => [item.id, { item, index }]));
  }

  async read(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      this.#lineCount += 1;
      const text = this.#lineCount === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') await this.#add(readFillsLine(text));
      if (this.#lineCount % linesPerTurn === 0) await setImmediate();
    }
    const { benchmark, items } = this.#options;
    for (const masking of benchmark.maskings.map(maskingName)) {
      for (const { id } of items) this.#require(masking, id);
    }
  }

  /** Everything that is wrong, the first in full. */
  problems(): readonly Problem[] {
    const more = this.#problemCount - this.#problems.length;
    if (more === 0) return this.#problems;
    return [...this.#problems, problemOf(`Not listed: ${counted(more, 'more problem')}.`, [])];
  }

  /** Of lines without problems. */
  units(): readonly NewBenchmarkItem[] {
    return [...this.#units.values()].filter((unit) => unit !== null);
  }

  async #add(line: FillsLine | string): Promise<void> {
    const fault = typeof line === 'string' ? line : await this.#take(line);
    if (fault !== null)
      this.#report(`Line ${this.#lineCount}: ${fault}`, [String(this.#lineCount)]);
  }

  /** @returns a sentence where the line is wrong. */
  async #take(line: FillsLine): Promise<string | null> {
    const place = this.#places.get(line.id);
    if (place === undefined) return `The benchmark has no item "${line.id}".`;
    const masking = this.#maskingOf(line);
    if (masking === null) return 'Its `masking` is missing or not of the benchmark.';
    const key = unitKey(maskingName(masking), line.id);
    if (this.#units.has(key)) return `Item "${line.id}" has fills already.`;
    this.#units.set(key, null);
    const masked = await this.#masked(place.item, masking);
    if (masked === null) return null;
    const fill = fillOf(line, masked);
    if (typeof fill === 'string') return fill;
    const score = scoreOf(line, this.#options.kind, masked);
    if (typeof score === 'string') return score;
    this.#units.set(key, this.#unit(place, masking, { score, fill }));
    return null;
  }

  #maskingOf({ masking }: FillsLine): Masking | null {
    const { maskings } = this.#options.benchmark;
    const [only] = maskings;
    if (masking === null) return maskings.length === 1 ? (only ?? null) : null;
    return maskings.find((each) => maskingName(each) === masking) ?? null;
  }

  async #masked(item: DatasetItem, masking: Masking): Promise<Masked | null> {
    const { key, tokenize } = this.#options;
    if (!opensText(masking)) return tokenize && unitRequest(item, masking, key, tokenize);
    const { segments } = maskText(item, masking, key);
    const gold = segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
    return { gold, goldIds: null, characters: scoredCharacters(segments) };
  }

  #unit(
    { item, index }: Place,
    masking: Masking,
    measured: { readonly score: ItemScore | null; readonly fill: ItemFill },
  ): NewBenchmarkItem {
    const { benchmark, entrant } = this.#options;
    const place = { item: index, masking: benchmark.maskings.indexOf(masking), entrant };
    const at = { entrantId: entrant.id, maskingName: maskingName(masking), itemId: item.id };
    return {
      ...at,
      benchmarkId: benchmark.id,
      ordinal: unitOrdinal(place, benchmark.maskings.length),
      hasFailed: false,
      result: { ...at, group: groupOf(item), ...measured, error: null },
      runId: null,
    };
  }

  #require(masking: string, itemId: string): void {
    if (this.#units.has(unitKey(masking, itemId))) return;
    this.#report(`Item "${itemId}" has no fills under ${masking}.`, []);
  }

  #report(message: string, place: readonly string[]): void {
    this.#problemCount += 1;
    if (this.#problems.length === datasetLimits.problems) return;
    this.#problems.push(problemOf(message, place));
  }
}

function unitKey(masking: string, itemId: string): string {
  return JSON.stringify([masking, itemId]);
}

function problemOf(message: string, place: readonly string[]): Problem {
  const path = ['content', ...place];
  return { path, code: 'INVALID_INPUT', message, value: null, limit: null };
}

/** A sentence where the line is wrong. */
function fillOf({ id, fills, ids }: FillsLine, { gold, goldIds }: Masked): ItemFill | string {
  if (gold.length !== fills.length) {
    return `Item "${id}" has ${counted(gold.length, 'mask')}, and its \`fills\` has ${counted(fills.length, 'text')}.`;
  }
  const slots = gold.map((text, place) => ({ gold: text, text: fills[place] ?? '' }));
  const isSame = slots.every((slot) => slot.gold === slot.text);
  if (ids === null) return { slots, exact: isSame, tokens: null, cost: null };
  if (goldIds === null) return 'It has `ids`, which a masking of words or sentences has none of.';
  if (ids.length !== goldIds.length) {
    return `Item "${id}" has ${counted(goldIds.length, 'open token')}, and its \`ids\` has ${ids.length}.`;
  }
  const tokens = matchedTokens(goldIds, ids);
  return { slots, exact: isSame || tokens.matches === tokens.open, tokens, cost: null };
}

/** Null without a score; a sentence where it is wrong. */
function scoreOf(
  { id, logProb, tokens }: FillsLine,
  kind: ScoreKind | null,
  { goldIds, characters }: Masked,
): ItemScore | null | string {
  if (logProb === null) return null;
  if (kind === null) return 'It has `logProb`, and `kind` does not say what that is.';
  if (tokens === null) return 'It has `logProb` without `tokens`, the number of scored tokens.';
  if (goldIds !== null && tokens !== goldIds.length) {
    return `Item "${id}" has ${counted(goldIds.length, 'open token')}, and its \`tokens\` is ${tokens}.`;
  }
  // Not −0, which JSON would bring back as another value.
  const negLogLikelihood = logProb === 0 ? 0 : -logProb;
  return { kind, negLogLikelihood, openTokens: tokens, characters, standardError: null };
}
