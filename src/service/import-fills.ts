/**
 * Fills that were made elsewhere for the masks of a benchmark, as the results of an entrant.
 *
 * All or nothing; everything that is wrong is found at once. Knows labels and packs; lines are for `import-fills-reader.ts`.
 */
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import type { ScoreKind } from '../benchmark/item-result.ts';
import { opensTokens } from '../benchmark/masking.ts';
import type { ServedPack } from '../dispatch/dispatcher.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { NewBenchmarkItem } from '../store/benchmark-units.ts';
import type { BenchmarkRow, EntrantRow } from '../store/benchmarks.ts';
import { labelProblems } from './benchmark-input.ts';
import type { Tokenize } from './benchmark-unit.ts';
import type { DatasetContent } from './datasets.ts';
import { FillsReader } from './import-fills-reader.ts';

/** Fills to take in. */
export type FillsImport = {
  readonly benchmarkId: string;
  readonly label: string;
  readonly content: DatasetContent;
  /** What `logProb` is; none where nothing was scored. */
  readonly kind: ScoreKind | null;
  /**
   * SHA-256, hex, of the vocabulary that `tokens` and `ids` are of; null where it is not known. Under maskings of tokens that
   * of a served pack, and null is that of the default pack, as where masked items are read.
   */
  readonly vocabularyDigest: string | null;
};

/** The benchmark that fills are for. */
export type FillsTarget = {
  readonly benchmark: BenchmarkRow;
  readonly datasetDigest: string;
  readonly items: readonly DatasetItem[];
  /** Those that it has. */
  readonly entrants: readonly EntrantRow[];
  /** UUIDv7 of the new one. */
  readonly id: string;
  readonly packs: readonly ServedPack[];
  readonly tokenize: (packId: string, text: string) => ReturnType<Tokenize>;
};

/** An entrant with its units. */
export type ImportedEntrant = {
  readonly entrant: EntrantRow;
  readonly units: readonly NewBenchmarkItem[];
};

/**
 * Reads an entrant.
 *
 * @param lines - of the content. @throws INVALID_INPUT with the first problems and how many more there are; CONFLICT where all
 *   that is wrong is that the label is taken
 */
export async function importedEntrant(
  input: FillsImport,
  target: FillsTarget,
  lines: AsyncIterable<string>,
): Promise<ImportedEntrant> {
  const { pack, problems: ofVocabulary } = chosenVocabulary(input, target);
  const entrant = entrantRow(input, target, pack);
  const { benchmark, datasetDigest, items, tokenize } = target;
  const reader = new FillsReader({
    ...{ benchmark, items, entrant, kind: input.kind },
    key: { datasetDigest, seed: benchmark.seed },
    tokenize: pack && ((text) => tokenize(pack.id, text)),
  });
  const [read] = await Promise.allSettled([reader.read(lines)]);
  const ofContent = read.status === 'rejected' ? problemsOf(read.reason) : reader.problems();
  const others = [...labelProblems(input.label, ['label']), ...ofVocabulary, ...ofContent];
  const [first, ...more] = [...takenLabel(input, target, others.length === 0), ...others];
  if (first !== undefined) throw problemsError([first, ...more]);
  return { entrant, units: reader.units() };
}

/** What is wrong with the file itself. */
function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof InfillError && error.problems.length > 0) return error.problems;
  throw error;
}

function takenLabel(
  { label }: FillsImport,
  { entrants }: FillsTarget,
  isAlone: boolean,
): readonly Problem[] {
  if (!entrants.some((entrant) => entrant.label === label)) return [];
  const code = isAlone ? 'CONFLICT' : 'INVALID_INPUT';
  const message = `The benchmark has an entrant "${label}" already.`;
  return [{ path: ['label'], code, message, value: label, limit: null }];
}

/** The pack whose tokens maskings of tokens open; none where there are no such maskings. */
function chosenVocabulary(
  { vocabularyDigest }: FillsImport,
  { benchmark, packs }: FillsTarget,
): { readonly pack: ServedPack | null; readonly problems: readonly Problem[] } {
  const path = ['vocabularyDigest'];
  if (vocabularyDigest !== null && !/^[0-9a-f]{64}$/.test(vocabularyDigest)) {
    const value = vocabularyDigest.slice(0, 100).replaceAll(/[^\x20-\x7e]/g, '?');
    const message = `The vocabulary digest is 64 digits 0-9 and a-f, a SHA-256 in hexadecimal, not "${value}".`;
    return {
      pack: null,
      problems: [{ path, code: 'INVALID_INPUT', message, value, limit: null }],
    };
  }
  if (!benchmark.maskings.some(opensTokens)) return { pack: null, problems: [] };
  const [first] = packs;
  const pack =
    vocabularyDigest === null
      ? first
      : packs.find((served) => served.vocabularyDigest === vocabularyDigest);
  if (pack !== undefined) return { pack, problems: [] };
  const message = `The benchmark opens tokens, and no model pack here has the vocabulary ${vocabularyDigest}.`;
  const problem = { path, code: 'INVALID_INPUT', message, value: vocabularyDigest } as const;
  return { pack: null, problems: [{ ...problem, limit: null }] };
}

function entrantRow(
  { label, vocabularyDigest }: FillsImport,
  { id, benchmark, entrants }: FillsTarget,
  pack: ServedPack | null,
): EntrantRow {
  return {
    ...{ id, benchmarkId: benchmark.id, ordinal: entrants.length, label, isImported: true },
    ...{ packId: null, modelDigest: null, request: null, settings: [] },
    vocabularyDigest: vocabularyDigest ?? pack?.vocabularyDigest ?? null,
  };
}

/** That a benchmark has as many entrants as it may. */
export function tooManyEntrants(limit: number): InfillError {
  const message = `The benchmark has ${limit} entrants, which is the limit.`;
  return new InfillError('CONFLICT', message);
}
