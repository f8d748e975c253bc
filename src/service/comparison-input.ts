/**
 * What a client asks to have compared, and everything that is wrong with it at once.
 *
 * Knows limits and paths; admits, stores and runs nothing.
 */
import { counted } from '../counted.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import { digestOf } from './input-digest.ts';
import {
  type PreparationOptions,
  type PreparedRequest,
  prepareInfill,
} from './prepared-request.ts';
import { termsProblems } from './run-terms.ts';
import type { InfillInput } from './service.ts';

/** Who takes part: what is absent gets the defaults of an infill. */
export type CompareEntrantInput = Pick<
  InfillInput,
  'model' | 'decoder' | 'sampling' | 'problems'
> & {
  readonly label: string;
};

/** One source for several entrants, on the same terms. */
export type CompareInput = Pick<
  InfillInput,
  'source' | 'seed' | 'alternatives' | 'lengthSearch' | 'labels' | 'deadlineMs' | 'idempotencyKey'
> & {
  readonly entrants: readonly CompareEntrantInput[];
};

/** How many entrants a comparison has, both ends included. */
export const entrantLimits = { least: 2, most: 8, labelLength: 64 } as const;

/** Parts of the input that are the same for all entrants; what is wrong with them is told once. */
const sharedRoots: readonly string[] = [
  'source',
  'seed',
  'alternatives',
  'lengthSearch',
  'labels',
  'deadlineMs',
  'idempotencyKey',
];

/** What all entrants have alike. */
const plain = { samples: 1, store: 'FULL' } as const;

/** Control and format characters, lone surrogates, unassigned code points, and what breaks lines. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What is wrong with the terms of an input and with how it was read, before any pack looks at it. */
export function earlyProblems({ entrants, ...shared }: CompareInput): readonly Problem[] {
  return [
    ...termsProblems({ ...shared, ...plain }, 'SUBMIT'),
    ...entrants.flatMap(({ problems = [] }) => problems),
  ];
}

/** Of what is asked, whatever it is called; the seed is part of it only where the client gave one. */
export function compareDigest({ idempotencyKey: _, entrants, ...shared }: CompareInput): string {
  return digestOf({ ...shared, entrants: entrants.map(({ problems: __, ...asked }) => asked) });
}

/**
 * Has each entrant checked by its pack.
 *
 * @returns a request for each entrant, in order, all with one seed.
 * @throws every problem of every entrant at once, at `entrants` and its index or at what they share; WORKER_FAILED
 */
export async function prepareEntrants(
  input: CompareInput,
  options: PreparationOptions,
): Promise<readonly PreparedRequest[]> {
  const { entrants, ...shared } = input;
  const seed = shared.seed ?? options.newSeed();
  const checks = entrants
    .slice(0, entrantLimits.most)
    .map(({ label: _, ...entrant }) =>
      prepareInfill({ ...shared, ...plain, ...entrant, seed }, options, []),
    );
  const settled = await Promise.allSettled(checks);
  const prepared = settled.flatMap((check) => (check.status === 'fulfilled' ? [check.value] : []));
  const [first, ...others] = distinct([
    ...termsProblems({ ...shared, ...plain }, 'SUBMIT'),
    ...countProblems(entrants.length),
    ...entrants.slice(0, entrantLimits.most).flatMap(labelProblems),
    ...settled.flatMap((check, index) =>
      check.status === 'rejected' ? entrantProblems(check.reason, index) : [],
    ),
    ...costProblems(prepared, options.limits.maxRequestCost),
  ]);
  if (first !== undefined) throw problemsError([first, ...others]);
  return prepared;
}

function entrantProblems(error: unknown, index: number): readonly Problem[] {
  if (!(error instanceof InfillError)) throw error;
  const { code, message, problems, family } = error;
  const path = ['entrants', String(index)];
  if (problems.length > 0) {
    return problems.map((problem) =>
      sharedRoots.includes(problem.path[0] ?? '')
        ? problem
        : { ...problem, path: [...path, ...problem.path] },
    );
  }
  if (family !== 'validation' && family !== 'unsupported' && family !== 'not-found') throw error;
  return [{ path, code, message, value: null, limit: null }];
}

function countProblems(count: number): readonly Problem[] {
  const { least, most } = entrantLimits;
  if (count >= least && count <= most) return [];
  const message = `The comparison has ${counted(count, 'entrant')}; it must have from ${least} to ${most}.`;
  const limit = String(count < least ? least : most);
  return [{ path: ['entrants'], code: 'INVALID_INPUT', message, value: String(count), limit }];
}

function labelProblems(
  { label }: CompareEntrantInput,
  index: number,
  entrants: readonly CompareEntrantInput[],
): readonly Problem[] {
  const at = { path: ['entrants', String(index), 'label'], code: 'INVALID_INPUT' } as const;
  const length = [...label].length;
  const most = entrantLimits.labelLength;
  const odd = unprintable.exec(label)?.[0].codePointAt(0);
  const same = entrants.findIndex((other) => other.label === label);
  if (length < 1 || length > most) {
    const message = `The label of entrant ${index} has ${length} characters; it must have from 1 to ${most}.`;
    return [{ ...at, message, value: String(length), limit: String(length < 1 ? 1 : most) }];
  }
  if (odd !== undefined) {
    const value = `U+${odd.toString(16).toUpperCase().padStart(4, '0')}`;
    const message = `The label of entrant ${index} has ${value}; its characters must be printable.`;
    return [{ ...at, message, value, limit: null }];
  }
  if (same === index) return [];
  const message = `Entrants ${same} and ${index} have the same label "${label}".`;
  return [{ ...at, message, value: label, limit: null }];
}

function costProblems(
  requests: readonly PreparedRequest[],
  maxRequestCost: number,
): readonly Problem[] {
  const cost = requests.reduce((sum, { prepared }) => sum + prepared.cost, 0);
  if (cost <= maxRequestCost) return [];
  const message = `The entrants together cost ${cost}; the limit is ${maxRequestCost}.`;
  const path = ['entrants'];
  return [
    { path, code: 'COST_TOO_HIGH', message, value: String(cost), limit: String(maxRequestCost) },
  ];
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()];
}
