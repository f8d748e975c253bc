/**
 * From what a client asks to compare to rows of a benchmark; everything that is wrong is found at once.
 *
 * Knows limits, packs and datasets; starts and stores nothing.
 */
import { type Masking, maskingName, maskingProblems } from '../benchmark/masking.ts';
import type { DecoderRequest } from '../decoding/infill-request.ts';
import { InfillError, type Problem } from '../errors.ts';
import type { BenchmarkKey, EntrantRequest, Measure } from '../store/benchmark-tables.ts';
import type { EntrantRow } from '../store/benchmarks.ts';
import type { Dataset } from './datasets.ts';
import { digestOf } from './input-digest.ts';
import { type PreparationOptions, prepareInfill } from './prepared-request.ts';
import { keyProblems } from './run-terms.ts';
import type { Viewer } from './service.ts';

/** A benchmark to start. */
export type BenchmarkInput = {
  readonly name?: string | undefined;
  /** Dataset id. */
  readonly dataset: string;
  /** Null of what could not be read, which `problems` tells. */
  readonly maskings: readonly (Masking | null)[];
  readonly entrants: readonly EntrantInput[];
  /** Of masks and samples; chosen and reported when absent. */
  readonly seed?: bigint | undefined;
  readonly measures: readonly Measure[];
  /** So many items from the start of the dataset; all when absent. */
  readonly items?: number | undefined;
  readonly scoreDraws: number;
  /** The client's name for this attempt: sent again, it is the same benchmark. */
  readonly idempotencyKey?: string | undefined;
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
  // One that is for imported fills alone has as many units as its first import.
  const units = (items ?? itemCount) * maskings.length * Math.max(1, entrants.length);
  const within = (field: string, value: number, least: number, most: number) =>
    rangeProblems([field], value, { least, most });
  return [
    ...(input.problems ?? []),
    ...keyProblems(input.idempotencyKey),
    ...within('name', name?.length ?? 1, 1, benchmarkLimits.nameLength),
    ...unprintableProblems('name', name ?? '', ['name']),
    ...within('maskings', maskings.length, 1, benchmarkLimits.maskings),
    ...within('entrants', entrants.length, 0, benchmarkLimits.entrants),
    ...within('measures', measures.length, 1, 2),
    ...within('scoreDraws', scoreDraws, 1, benchmarkLimits.scoreDraws),
    ...(dataset === null ? [] : within('items', items ?? itemCount, 1, itemCount)),
    ...(units > benchmarkLimits.units ? [tooManyUnits(units)] : []),
    ...maskings.flatMap((masking, index) =>
      masking === null ? [] : maskingProblems(masking, ['maskings', String(index)]),
    ),
    ...repeated(
      maskings.map((masking) => masking && maskingName(masking)),
      'maskings',
    ),
    ...repeated(measures, 'measures'),
    ...repeated(
      entrants.map(({ label }) => label),
      'entrants',
    ),
    ...entrants.flatMap(({ label }, index) =>
      labelProblems(label, ['entrants', String(index), 'label']),
    ),
  ];
}

/** Of what is asked, whatever it is called; the seed is part of it only where the client gave one. */
export function benchmarkDigest({ idempotencyKey: _, problems: __, ...asked }: BenchmarkInput) {
  return digestOf(asked);
}

/** What is wrong with a label. */
export function labelProblems(label: string, path: readonly string[]): Problem[] {
  const wrong = rangeProblems(path, label.length, { least: 1, most: benchmarkLimits.labelLength });
  return [...wrong, ...unprintableProblems('label', label, path)];
}

function unprintableProblems(what: string, text: string, path: readonly string[]): Problem[] {
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return [];
  const shown = text.slice(0, 100).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  const message = `The ${what} "${shown}" has characters that are not printable.`;
  return [{ path, code: 'INVALID_INPUT', message, value: null, limit: null }];
}

/** An entrant as its pack sees it, or what is wrong with its settings. @param measures - what it is to be measured by. */
export async function checkEntrant(
  entrant: EntrantInput,
  index: number,
  { measures, ...options }: PreparationOptions & Pick<BenchmarkInput, 'measures'>,
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
  if (prepared.likelihood === 'NONE' && !measures.includes('FILL')) {
    return { checked: null, problems: [unmeasurable(entrant, index)] };
  }
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

function unmeasurable({ label }: EntrantInput, index: number): Problem {
  const path = ['entrants', String(index), 'decoder'];
  const message = `Entrant "${label}" has no likelihood with its options, and SCORE is all that is measured.`;
  return { path, code: 'UNSUPPORTED', message, value: label, limit: null };
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

function repeated(names: readonly (string | null)[], field: string): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    if (name === null || names.indexOf(name) === index) return [];
    const message = `${field} has "${name}" twice.`;
    const path = [field, String(index)];
    return [{ path, code: 'INVALID_INPUT', message, value: name, limit: null }];
  });
}
