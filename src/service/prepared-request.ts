/**
 * From a client's input to a request that a pack has checked; everything that is wrong is found at once.
 *
 * Knows defaults and limits; admits, stores and runs nothing.
 */
import assert from 'node:assert/strict';
import type { InfillRequest, PreparedInfill, ScoreRequest } from '../decoding/infill-request.ts';
import type { Dispatcher, ServedPack } from '../dispatch/dispatcher.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { InfillInput, ScoreInput } from './service.ts';

/** What one client may ask for. */
export type ServiceLimits = {
  readonly maxQueuedRuns: number;
  /** Most that one request may cost; what that is, `request-cost.ts` says. */
  readonly maxRequestCost: number;
  /** UTF-16 units of a text to tokenize. */
  readonly maxTextLength: number;
  readonly maxLabels: number;
  /** UTF-16 units. */
  readonly maxLabelLength: number;
};

/** What requests are prepared with. */
export type PreparationOptions = {
  readonly dispatcher: Dispatcher;
  readonly limits: ServiceLimits;
  /** A seed for a request without one, in [0, 2^63). */
  readonly newSeed: () => bigint;
};

/** A checked request with the pack that it is for. */
export type PreparedRequest = {
  readonly pack: ServedPack;
  readonly request: InfillRequest;
  readonly prepared: PreparedInfill;
};

/** A checked score with the pack that it is for. */
export type PreparedScore = {
  readonly pack: ServedPack;
  readonly score: ScoreRequest;
  readonly prepared: PreparedInfill;
};

/**
 * @param terms - what is wrong with the input's terms; told together with the rest.
 * @throws UNKNOWN_MODEL; UNSUPPORTED; what `Dispatcher.prepare` throws
 */
export async function prepareInfill(
  input: InfillInput,
  options: PreparationOptions,
  terms: readonly Problem[],
): Promise<PreparedRequest> {
  const chosen = choosePack(options.dispatcher, input.model);
  const { pack } = chosen;
  const request = requestOf(input, pack, options);
  const labels = labelsProblems(input.labels ?? [], options.limits);
  const own = [...(input.problems ?? []), ...chosen.problems, ...labels, ...terms];
  const prepared = await prepareWith(own, options.dispatcher.prepare(pack.id, request));
  return { pack, request, prepared };
}

/** @throws as `prepareInfill`; UNSUPPORTED when the decoder has no likelihood with these options */
export async function prepareScore(
  input: ScoreInput,
  options: PreparationOptions,
): Promise<PreparedScore> {
  const { fill, draws, ...scored } = input;
  const chosen = choosePack(options.dispatcher, input.model);
  const { pack } = chosen;
  const plain = {
    ...scored,
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
    store: 'FULL',
  } as const;
  const score = { request: requestOf(plain, pack, options), fill, draws };
  const own = [...(input.problems ?? []), ...chosen.problems];
  const prepared = await prepareWith(own, options.dispatcher.prepare(pack.id, score));
  return { pack, score, prepared };
}

/** The pack with an id, the default one without. @throws UNKNOWN_MODEL */
export function findPack(dispatcher: Dispatcher, id: string | undefined): ServedPack {
  const { pack, problems } = choosePack(dispatcher, id);
  throwProblems(problems);
  return pack;
}

/** The pack with an id, the default one without; that stands in where there is none. */
function choosePack(
  { packs }: Dispatcher,
  id: string | undefined,
): { readonly pack: ServedPack; readonly problems: readonly Problem[] } {
  const [first] = packs;
  assert(first !== undefined, 'A server has a pack.');
  const pack = id === undefined ? first : packs.find((served) => served.id === id);
  if (pack !== undefined) return { pack, problems: [] };
  const known = packs.map((served) => served.id).join(', ');
  const message = `There is no model "${id ?? ''}"; there are: ${known}.`;
  const problem = {
    path: ['model'],
    code: 'UNKNOWN_MODEL',
    value: id ?? null,
    limit: null,
  } as const;
  return { pack: first, problems: [{ ...problem, message }] };
}

function requestOf(
  input: InfillInput,
  pack: ServedPack,
  { newSeed, limits }: PreparationOptions,
): InfillRequest {
  const { source, alternatives, samples, lengthSearch } = input;
  return {
    source,
    decoder: input.decoder ?? { name: defaultDecoder(pack), options: {} },
    sampling: input.sampling ?? {},
    seed: input.seed ?? newSeed(),
    alternatives,
    samples,
    lengthSearch,
    maxCost: limits.maxRequestCost,
  };
}

/** MARIA where the pack has its roles; else the first decoder that the pack supports. */
function defaultDecoder(pack: ServedPack): string {
  const [name] = pack.decoderNames;
  if (name === undefined) {
    throw new InfillError(
      'UNSUPPORTED',
      `Pack "${pack.id}" has the roles of no installed decoder.`,
    );
  }
  return name;
}

/** Joins the problems found here with those that the pack finds. */
async function prepareWith(
  own: readonly Problem[],
  preparing: Promise<PreparedInfill>,
): Promise<PreparedInfill> {
  const [prepared] = await Promise.allSettled([preparing]);
  if (prepared.status === 'fulfilled') {
    throwProblems(own);
    return prepared.value;
  }
  const { reason } = prepared;
  if (!(reason instanceof InfillError && reason.problems.length > 0)) throw reason;
  const isPackKnown = own.every(({ code }) => code !== 'UNKNOWN_MODEL');
  const found = isPackKnown ? reason.problems : reason.problems.filter(isOfAnyPack);
  throwProblems([...found, ...own]);
  throw reason;
}

/** Whether a problem is one whatever the pack: not in tokens, nor in what a pack can do. */
function isOfAnyPack({ path: [root = ''], code }: Problem): boolean {
  const isOfText = root === 'source' || root === 'fill';
  return isOfText ? code === 'INVALID_TEMPLATE' : code !== 'UNSUPPORTED';
}

function throwProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw problemsError([first, ...others]);
}

function labelsProblems(
  labels: readonly string[],
  { maxLabels, maxLabelLength }: ServiceLimits,
): Problem[] {
  const problems = labels.flatMap((label, index) => labelProblems(label, index, maxLabelLength));
  if (labels.length <= maxLabels) return problems;
  const message = `The request has ${labels.length} labels; the limit is ${maxLabels}.`;
  const counts = { value: String(labels.length), limit: String(maxLabels) };
  return [...problems, { ...inLabels([]), message, ...counts }];
}

function inLabels(path: readonly string[]): Pick<Problem, 'path' | 'code'> {
  return { path: ['labels', ...path], code: 'INVALID_INPUT' };
}

function labelProblems(label: string, index: number, maxLength: number): Problem[] {
  const at = inLabels([String(index)]);
  const problems: Problem[] = [];
  if (label.length > maxLength) {
    const message = `Label ${index} has ${label.length} UTF-16 units; the limit is ${maxLength}.`;
    problems.push({ ...at, message, value: String(label.length), limit: String(maxLength) });
  }
  const surrogate = /\p{Surrogate}/u.exec(label)?.[0];
  if (surrogate !== undefined) {
    const value = `U+${surrogate.charCodeAt(0).toString(16).toUpperCase()}`;
    const message = `Label ${index} has the lone surrogate ${value}, which UTF-8 cannot carry.`;
    problems.push({ ...at, message, value, limit: null });
  }
  if (label.includes('\0')) {
    const message = `Label ${index} has U+0000, which the database cannot hold.`;
    problems.push({ ...at, message, value: 'U+0000', limit: null });
  }
  return problems;
}
