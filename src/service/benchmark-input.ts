/**
 * From what a client asks to compare to rows of a benchmark; everything that is wrong is found at once.
 *
 * Knows limits, packs and datasets; starts and stores nothing.
 */
import { setImmediate } from 'node:timers/promises';
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import type { MaskKey } from '../benchmark/mask-draw.ts';
import { maskText } from '../benchmark/mask-item.ts';
import { type Masking, maskingName, maskingProblems } from '../benchmark/masking.ts';
import type { DecoderRequest } from '../decoding/infill-request.ts';
import { InfillError, type Problem } from '../errors.ts';
import type { BenchmarkKey, EntrantRequest, Measure } from '../store/benchmark-tables.ts';
import type { EntrantRow } from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { readItems } from '../store/datasets.ts';
import { opensText } from './benchmark-unit.ts';
import { type Dataset, datasetItemOf } from './datasets.ts';
import { type PreparationOptions, prepareInfill } from './prepared-request.ts';
import type { Viewer } from './service.ts';

/** A benchmark to start. */
export type BenchmarkInput = {
  readonly name?: string | undefined;
  /** Dataset id. */
  readonly dataset: string;
  readonly maskings: readonly Masking[];
  readonly entrants: readonly EntrantInput[];
  /** Of masks and samples; chosen and reported when absent. */
  readonly seed?: bigint | undefined;
  readonly measures: readonly Measure[];
  /** So many items from the start of the dataset; all when absent. */
  readonly items?: number | undefined;
  readonly scoreDraws: number;
  /** What was wrong where the input was read; told together with the rest. */
  readonly problems?: readonly Problem[] | undefined;
};

/** Who takes part: a decoder with its settings on a pack. */
export type EntrantInput = {
  readonly label: string;
  /** Pack id; the default pack when absent. */
  readonly model?: string | undefined;
  readonly decoder?: DecoderRequest | undefined;
  readonly sampling?: Readonly<Record<string, unknown>> | undefined;
};

/** What one benchmark may have. */
export const benchmarkLimits = {
  maskings: 32,
  entrants: 16,
  units: 100_000,
  scoreDraws: 1024,
  /** UTF-16 units. */
  nameLength: 200,
  labelLength: 64,
  /** Of one owner, that have not ended. */
  unfinished: 8,
} as const;

/** An entrant whose settings a pack has checked. */
export type CheckedEntrant = Omit<EntrantRow, 'id' | 'benchmarkId' | 'ordinal'>;

/** Everything that is wrong with an input besides its dataset's items and its entrants' settings. */
export function inputProblems(input: BenchmarkInput, dataset: Dataset | null): Problem[] {
  const { name, maskings, entrants, measures, items, scoreDraws } = input;
  const itemCount = dataset?.itemCount ?? 1;
  const units = (items ?? itemCount) * maskings.length * entrants.length;
  const within = (field: string, value: number, least: number, most: number) =>
    rangeProblems([field], value, { least, most });
  return [
    ...(input.problems ?? []),
    ...within('name', name?.length ?? 1, 1, benchmarkLimits.nameLength),
    ...within('maskings', maskings.length, 1, benchmarkLimits.maskings),
    ...within('entrants', entrants.length, 0, benchmarkLimits.entrants),
    ...within('measures', measures.length, 1, 2),
    ...within('scoreDraws', scoreDraws, 1, benchmarkLimits.scoreDraws),
    ...(dataset === null ? [] : within('items', items ?? itemCount, 1, itemCount)),
    ...(units > benchmarkLimits.units ? [tooManyUnits(units)] : []),
    ...maskings.flatMap((masking, index) => maskingProblems(masking, ['maskings', String(index)])),
    ...repeated(maskings.map(maskingName), 'maskings'),
    ...repeated(
      entrants.map(({ label }) => label),
      'entrants',
    ),
    ...entrants.flatMap(({ label }, index) =>
      labelProblems(label, ['entrants', String(index), 'label']),
    ),
  ];
}

/** What is wrong with a label. */
export function labelProblems(label: string, path: readonly string[]): Problem[] {
  const wrong = rangeProblems(path, label.length, { least: 1, most: benchmarkLimits.labelLength });
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(label)) return wrong;
  const message = `The label "${label.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')}" has characters that are not printable.`;
  return [...wrong, { path, code: 'INVALID_INPUT', message, value: null, limit: null }];
}

/**
 * The items that a masking cannot be applied to, the first of them. Maskings of tokens are tried with the units themselves.
 */
export async function maskProblems(
  database: Database,
  dataset: Dataset,
  { maskings, items }: Pick<BenchmarkInput, 'maskings' | 'items'>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const limit = items ?? dataset.itemCount;
  const key = { datasetDigest: dataset.digest, seed: 0n };
  for (let start = 0; start < limit && problems.length < maxProblems; start += itemsPerRead) {
    const after = start === 0 ? null : start - 1;
    const page = { after, limit: Math.min(itemsPerRead, limit - start) };
    const { items: rows } = await readItems(database, dataset.id, page);
    problems.push(...rows.flatMap((row) => maskFaults(datasetItemOf(row), maskings, key)));
    await setImmediate();
  }
  return problems.slice(0, maxProblems);
}

function maskFaults(item: DatasetItem, maskings: readonly Masking[], key: MaskKey): Problem[] {
  return maskings.flatMap((masking, index): Problem[] => {
    if (!opensText(masking)) return [];
    const message = faultOf(() => maskText(item, masking, key));
    const at = { path: ['maskings', String(index)], code: 'INVALID_INPUT' } as const;
    return message === null ? [] : [{ ...at, message, value: item.id, limit: null }];
  });
}

const maxProblems = 20;
const itemsPerRead = 50;

/** The sentence of the mistake that `work` finds; null when it finds none. */
function faultOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof InfillError) return error.message;
    throw error;
  }
}

/** An entrant as its pack sees it, or what is wrong with its settings. */
export async function checkEntrant(
  entrant: EntrantInput,
  index: number,
  options: PreparationOptions,
): Promise<{ readonly checked: CheckedEntrant | null; readonly problems: readonly Problem[] }> {
  const { label, model, decoder, sampling } = entrant;
  const trial = {
    ...{ source: { text: 'One [MASK].' }, model, decoder, sampling, seed: 0n, alternatives: 0 },
    ...({ samples: 1, lengthSearch: 'CAL', store: 'FULL' } as const),
  };
  const [done] = await Promise.allSettled([prepareInfill(trial, options, [])]);
  if (done.status === 'rejected')
    return { checked: null, problems: problemsOf(done.reason, index) };
  const { pack, request, prepared } = done.value;
  const asked: EntrantRequest = {
    decoder: request.decoder,
    sampling: request.sampling,
    likelihood: prepared.likelihood,
  };
  const settings = prepared.settings.filter(({ name }) => name !== 'seed');
  const { id: packId, digest: modelDigest, vocabularyDigest = null } = pack;
  const facts = { packId, modelDigest, vocabularyDigest, request: asked, settings };
  return { checked: { label, isImported: false, ...facts }, problems: [] };
}

function problemsOf(error: unknown, index: number): readonly Problem[] {
  if (!(error instanceof InfillError)) throw error;
  const { code, message, problems, family } = error;
  const path = ['entrants', String(index)];
  if (problems.length > 0) return problems.map((p) => ({ ...p, path: [...path, ...p.path] }));
  if (family !== 'validation' && family !== 'unsupported' && family !== 'not-found') throw error;
  return [{ path, code, message, value: null, limit: null }];
}

/**
 * The key that a benchmark's work counts against.
 *
 * @throws UNSUPPORTED for a client token, whose time is over before a benchmark's
 */
export function benchmarkKey({ credential }: Viewer): BenchmarkKey | null {
  switch (credential.kind) {
    case 'LOCAL':
      return null;
    case 'API_KEY': {
      const { id, name, costPerMinute } = credential;
      return { id, name, costPerMinute };
    }
    case 'CLIENT_TOKEN':
      throw new InfillError('UNSUPPORTED', 'A client token cannot do this; an API key can.');
    default:
      return credential satisfies never;
  }
}

function rangeProblems(
  path: readonly string[],
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): Problem[] {
  if (value >= least && value <= most) return [];
  const message = `The size of ${path.join('.')} is ${value}; it must be from ${least} to ${most}.`;
  const limit = String(value < least ? least : most);
  return [{ path, code: 'INVALID_INPUT', message, value: String(value), limit }];
}

function tooManyUnits(units: number): Problem {
  const limit = benchmarkLimits.units;
  const message = `The benchmark has ${units} units (items × maskings × entrants); the limit is ${limit}.`;
  return { path: [], code: 'INVALID_INPUT', message, value: String(units), limit: String(limit) };
}

function repeated(names: readonly string[], field: string): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    if (names.indexOf(name) === index) return [];
    const message = `${field} has "${name}" twice.`;
    const path = [field, String(index)];
    return [{ path, code: 'INVALID_INPUT', message, value: name, limit: null }];
  });
}
