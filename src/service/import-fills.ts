/**
 * Fills that were made elsewhere for the masks of a benchmark, as the results of an entrant.
 *
 * A line is JSON: `id` of the item, `masking` where the benchmark has several, `fills`, a text per mask, and where it was
 * scored `logProb` with `tokens`. All or nothing, and every item under every masking. Knows lines; knows no file.
 */
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import { groupOf } from '../benchmark/dataset-item.ts';
import { datasetLimits } from '../benchmark/dataset-reader.ts';
import type { ItemResult, ItemScore, ScoreKind } from '../benchmark/item-result.ts';
import { maskText } from '../benchmark/mask-item.ts';
import { type Masking, maskingName } from '../benchmark/masking.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { BenchmarkRow, EntrantRow, NewBenchmarkItem } from '../store/benchmarks.ts';
import { labelProblems } from './benchmark-input.ts';
import { opensText, scoredCharacters } from './benchmark-unit.ts';
import type { DatasetContent } from './datasets.ts';

/** Fills to take in. */
export type FillsImport = {
  readonly benchmarkId: string;
  readonly label: string;
  readonly content: DatasetContent;
  /** What `logProb` is; none where nothing was scored. */
  readonly kind: ScoreKind | null;
  /** SHA-256, hex, of the vocabulary that `tokens` counts; null where it is not known. */
  readonly vocabularyDigest: string | null;
};

/** The benchmark that fills are for. */
export type FillsTarget = {
  readonly benchmark: BenchmarkRow;
  readonly datasetDigest: string;
  readonly items: readonly DatasetItem[];
  readonly entrant: EntrantRow;
  /** Places of units of one item. */
  readonly unitsPerItem: number;
};

type Line = {
  readonly id: string;
  readonly masking: string | null;
  readonly fills: readonly string[];
  readonly logProb: number | null;
  readonly tokens: number | null;
};

const maxTextLength = 20_000;

/** The units of an imported entrant. @throws INVALID_INPUT with the first problems and how many more there are */
export async function importedUnits(
  lines: AsyncIterable<string>,
  input: FillsImport,
  target: FillsTarget,
): Promise<NewBenchmarkItem[]> {
  const reader = new FillsReader(input, target);
  for await (const line of lines) reader.add(line);
  return reader.finish();
}

class FillsReader {
  readonly #input: FillsImport;
  readonly #target: FillsTarget;
  /** By masking and item. */
  readonly #units = new Map<string, NewBenchmarkItem>();
  readonly #places: ReadonlyMap<string, { readonly item: DatasetItem; readonly index: number }>;
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #lineCount = 0;

  constructor(input: FillsImport, target: FillsTarget) {
    this.#input = input;
    this.#target = target;
    this.#places = new Map(target.items.map((item, index) => [item.id, { item, index }]));
  }

  add(text: string): void {
    this.#lineCount += 1;
    if (text.trim() === '') return;
    const line = readLine(text);
    if (typeof line === 'string') this.#report(line);
    else this.#take(line);
  }

  finish(): NewBenchmarkItem[] {
    const { benchmark } = this.#target;
    const wanted = benchmark.itemCount * benchmark.maskings.length;
    const missing = wanted - this.#units.size;
    if (missing > 0 && this.#problemCount === 0) {
      this.#report(`Of ${wanted} masked items ${missing} have no fills.`);
    }
    const [first, ...others] = this.#problems;
    if (first === undefined) return [...this.#units.values()];
    const more = this.#problemCount - this.#problems.length;
    const rest = more === 0 ? [] : [problemOf(`There are ${more} more problems.`)];
    throw problemsError([first, ...others, ...rest]);
  }

  #take(line: Line): void {
    const placed = this.#placed(line);
    if (typeof placed === 'string') this.#report(placed);
    else this.#units.set(placed.key, placed.unit);
  }

  /** A sentence where the line is wrong. */
  #placed(line: Line): { readonly key: string; readonly unit: NewBenchmarkItem } | string {
    const place = this.#places.get(line.id);
    if (place === undefined) return `The benchmark has no item "${line.id}".`;
    const masking = this.#maskingOf(line);
    if (masking === null) return 'Its `masking` is missing or not of the benchmark.';
    const key = JSON.stringify([maskingName(masking), line.id]);
    if (this.#units.has(key)) return `Item "${line.id}" has fills already.`;
    const unit = this.#unit(line, place, masking);
    return typeof unit === 'string' ? unit : { key, unit };
  }

  #maskingOf({ masking }: Line): Masking | null {
    const { maskings } = this.#target.benchmark;
    const [only] = maskings;
    if (masking === null) return maskings.length === 1 ? (only ?? null) : null;
    return maskings.find((each) => maskingName(each) === masking) ?? null;
  }

  #unit(
    line: Line,
    { item, index }: { readonly item: DatasetItem; readonly index: number },
    masking: Masking,
  ): NewBenchmarkItem | string {
    const { benchmark, datasetDigest, entrant, unitsPerItem } = this.#target;
    if (!opensText(masking)) return 'Fills of tokens cannot be imported.';
    const key = { datasetDigest, seed: benchmark.seed };
    const { segments } = maskText(item, masking, key);
    const gold = segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
    if (gold.length !== line.fills.length) {
      return `Item "${item.id}" has ${gold.length} masks, and its \`fills\` has ${line.fills.length} texts.`;
    }
    const score = scoreOf(line, this.#input.kind, scoredCharacters(segments));
    if (typeof score === 'string') return score;
    const slots = gold.map((text, place) => ({ gold: text, text: line.fills[place] ?? '' }));
    const exact = slots.every((slot) => slot.gold === slot.text);
    const name = maskingName(masking);
    const result: ItemResult = {
      entrantId: entrant.id,
      maskingName: name,
      itemId: item.id,
      group: groupOf(item),
      score,
      fill: { slots, exact, tokens: null, cost: null },
      error: null,
    };
    const within = benchmark.maskings.indexOf(masking) * (unitsPerItem / benchmark.maskings.length);
    const ordinal = index * unitsPerItem + within + entrant.ordinal;
    const place = { benchmarkId: benchmark.id, entrantId: entrant.id, maskingName: name };
    return { ...place, itemId: item.id, ordinal, hasFailed: false, result, runId: null };
  }

  #report(fault: string): void {
    this.#problemCount += 1;
    if (this.#problems.length === datasetLimits.problems) return;
    this.#problems.push(problemOf(`Line ${this.#lineCount}: ${fault}`));
  }
}

function problemOf(message: string): Problem {
  return { path: ['content'], code: 'INVALID_INPUT', message, value: null, limit: null };
}

/** Null without a score; a sentence where it is wrong. */
function scoreOf(
  { logProb, tokens }: Line,
  kind: ScoreKind | null,
  characters: number,
): ItemScore | null | string {
  if (logProb === null) return null;
  if (kind === null) return 'It has `logProb`, and `kind` does not say what that is.';
  if (tokens === null) return 'It has `logProb` without `tokens`, the number of scored tokens.';
  return { kind, negLogLikelihood: -logProb, openTokens: tokens, characters, standardError: null };
}

/** A sentence where the line is wrong. */
function readLine(text: string): Line | string {
  const fields = parseObject(text);
  if (fields === null) return 'It is not a JSON object.';
  const { id, masking = null, fills, logProb = null, tokens = null } = fields;
  if (typeof id !== 'string' && typeof id !== 'number') return 'Its `id` is missing.';
  if (masking !== null && typeof masking !== 'string') return 'Its `masking` is not a name.';
  if (!isTexts(fills))
    return `Its \`fills\` is no list of texts of at most ${maxTextLength} units.`;
  const numbers = readNumbers(logProb, tokens);
  return typeof numbers === 'string' ? numbers : { id: String(id), masking, fills, ...numbers };
}

function readNumbers(logProb: unknown, tokens: unknown): Pick<Line, 'logProb' | 'tokens'> | string {
  const isLogProb = logProb === null || (typeof logProb === 'number' && logProb <= 0);
  if (!isLogProb) return 'Its `logProb` is not a number that is at most 0.';
  const isCount =
    tokens === null || (typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0);
  return isCount ? { logProb, tokens } : 'Its `tokens` is not a positive integer.';
}

function isTexts(value: unknown): value is readonly string[] {
  const isText = (each: unknown) =>
    typeof each === 'string' && each.length <= maxTextLength && !/\p{Surrogate}/u.test(each);
  return Array.isArray(value) && value.every(isText);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The entrant of imported fills, its label checked. @throws INVALID_INPUT */
export function importedEntrant(
  { label, vocabularyDigest }: FillsImport,
  benchmark: BenchmarkRow,
  place: Pick<EntrantRow, 'id' | 'ordinal'>,
): EntrantRow {
  const [first, ...others] = labelProblems(label, ['label']);
  if (first !== undefined) throw problemsError([first, ...others]);
  const none = { packId: null, modelDigest: null, request: null, settings: [] };
  return {
    ...place,
    ...none,
    benchmarkId: benchmark.id,
    label,
    isImported: true,
    vocabularyDigest,
  };
}

/** That a benchmark has as many entrants as it may. */
export function tooManyEntrants(limit: number): InfillError {
  const message = `The benchmark has ${limit} entrants, which is the limit.`;
  return new InfillError('CONFLICT', message);
}
