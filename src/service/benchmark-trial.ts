/**
 * A benchmark tried out before it is stored: every item under every masking, and the longest item by every entrant.
 *
 * Knows items, tokens and what packs refuse; no model runs. What a masking of text makes of an item is not tokenized for every
 * item: its length is taken from the whole text, which it can differ from by a few tokens.
 */
import { setImmediate } from 'node:timers/promises';
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import type { MaskKey } from '../benchmark/mask-draw.ts';
import { itemText, maskText, maskTokens } from '../benchmark/mask-item.ts';
import { type Masking, maskingName, opensTokens } from '../benchmark/masking.ts';
import type { ServedPack, TokenizedText } from '../dispatch/dispatcher.ts';
import { type ErrorCode, InfillError, type Problem } from '../errors.ts';
import type { Measure } from '../store/benchmark-tables.ts';
import type { Database } from '../store/database.ts';
import { readItems } from '../store/datasets.ts';
import type { CheckedEntrant } from './benchmark-input.ts';
import { opensText, type UnitRequest, unitRequest } from './benchmark-unit.ts';
import { type Dataset, datasetItemOf } from './datasets.ts';
import {
  findPack,
  type PreparationOptions,
  prepareInfill,
  prepareScore,
} from './prepared-request.ts';

/** What is tried. */
export type Trial = {
  readonly dataset: Dataset;
  /** In the order of the input; null of what is wrong by itself. */
  readonly maskings: readonly (Masking | null)[];
  /** In the order of the input; null of what is wrong by itself. */
  readonly entrants: readonly (CheckedEntrant | null)[];
  readonly itemCount: number;
  readonly seed: bigint;
  readonly measures: readonly Measure[];
  readonly scoreDraws: number;
  /** Most that one unit may cost; null: no limit of its own. */
  readonly costPerMinute: number | null;
};

/** Problems that are told one by one. */
const maxProblems = 20;
const itemsPerRead = 50;

type PlacedMasking = { readonly masking: Masking; readonly path: readonly string[] };

/** Items by the pack that has the most tokens of them. */
type Longest = Map<string, { readonly item: DatasetItem; readonly tokens: number }>;

/** What goes wrong, the first of it. */
export async function trialProblems(
  trial: Trial,
  database: Database,
  options: PreparationOptions,
): Promise<Problem[]> {
  const longest: Longest = new Map();
  const ofItems = await itemProblems({ trial, database, options }, longest);
  if (ofItems.length > 0) return ofItems.slice(0, maxProblems);
  const problems: Problem[] = [];
  for (const [index, entrant] of trial.entrants.entries()) {
    const item = entrant && longest.get(entrant.packId ?? '')?.item;
    if (entrant === null || item == null || problems.length >= maxProblems) continue;
    problems.push(...(await entrantProblems({ entrant, index, item }, trial, options)));
  }
  return problems.slice(0, maxProblems);
}

type ItemsOptions = {
  readonly trial: Trial;
  readonly database: Database;
  readonly options: PreparationOptions;
};

/** The items that a masking does not fit, and those that are too long for a pack. */
async function itemProblems(
  { trial, database, options }: ItemsOptions,
  longest: Longest,
): Promise<Problem[]> {
  const { dataset, itemCount, seed } = trial;
  const key = { datasetDigest: dataset.digest, seed };
  const maskings = placedMaskings(trial);
  const packs = packsOf(trial, options);
  const problems: Problem[] = [];
  for (let start = 0; start < itemCount && problems.length < maxProblems; start += itemsPerRead) {
    const after = start === 0 ? null : start - 1;
    const page = { after, limit: Math.min(itemsPerRead, itemCount - start) };
    const { items } = await readItems(database, dataset.id, page);
    const cut = await Promise.all(
      items.map(async (row) => {
        const item = datasetItemOf(row);
        return { item, byPack: await tokenizedBy(packs, item, options) };
      }),
    );
    for (const { item, byPack } of cut) {
      problems.push(...textFaults(item, maskings, key));
      for (const tokenized of byPack) {
        noteLength(longest, tokenized);
        problems.push(...tokenFaults(tokenized, { trial, maskings, key }));
      }
      // To mask one item in all ways can take as long as a request may wait.
      await setImmediate();
    }
  }
  return problems;
}

/** An item in the tokens of a pack. */
type Tokenized = {
  readonly item: DatasetItem;
  readonly tokens: TokenizedText;
  readonly pack: ServedPack;
};

function tokenizedBy(
  packs: readonly ServedPack[],
  item: DatasetItem,
  { dispatcher }: PreparationOptions,
): Promise<Tokenized[]> {
  return Promise.all(
    packs.map(async (pack) => {
      const tokens = await dispatcher.tokenize(pack.id, itemText(item));
      return { item, tokens, pack };
    }),
  );
}

function noteLength(longest: Longest, { item, tokens, pack }: Tokenized): void {
  const { length } = tokens.ids;
  if (length > (longest.get(pack.id)?.tokens ?? -1)) {
    longest.set(pack.id, { item, tokens: length });
  }
}

function placedMaskings({ maskings }: Trial): readonly PlacedMasking[] {
  return maskings.flatMap((masking, index) =>
    masking === null ? [] : [{ masking, path: ['maskings', String(index)] }],
  );
}

/** The packs that take part; without entrants, the one whose tokens are published. */
function packsOf(
  { entrants, maskings }: Trial,
  { dispatcher }: PreparationOptions,
): readonly ServedPack[] {
  const ids = new Set(entrants.flatMap((entrant) => entrant?.packId ?? []));
  const isOfTokens = maskings.some((masking) => masking !== null && opensTokens(masking));
  if (entrants.length === 0 && isOfTokens) return [findPack(dispatcher, undefined)];
  return dispatcher.packs.filter(({ id }) => ids.has(id));
}

function textFaults(
  item: DatasetItem,
  maskings: readonly PlacedMasking[],
  key: MaskKey,
): Problem[] {
  return maskings.flatMap(({ masking, path }) => {
    const fault = opensText(masking) ? faultOf(() => maskText(item, masking, key)) : null;
    return fault === null ? [] : [problem(path, fault, item)];
  });
}

function tokenFaults(
  { item, tokens, pack }: Tokenized,
  {
    trial,
    maskings,
    key,
  }: {
    readonly trial: Trial;
    readonly maskings: readonly PlacedMasking[];
    readonly key: MaskKey;
  },
): Problem[] {
  const { ids } = tokens;
  const index = trial.entrants.findIndex((entrant) => entrant?.packId === pack.id);
  const limit = pack.contextLength;
  const message = `Item "${item.id}" has ${ids.length} tokens; the limit of model pack "${pack.id}" is ${limit}.`;
  const tooLong =
    ids.length > limit && index !== -1
      ? [problem(['entrants', String(index)], { code: 'PROMPT_TOO_LONG', message }, item)]
      : [];
  const unfit = maskings.flatMap(({ masking, path }) => {
    if (!opensTokens(masking)) return [];
    const fault = faultOf(() => maskTokens({ id: item.id, ids }, masking, key));
    return fault === null ? [] : [problem(path, fault, item)];
  });
  return [...tooLong, ...unfit];
}

type Placed = {
  readonly entrant: CheckedEntrant;
  readonly index: number;
  readonly item: DatasetItem;
};

/** What a pack refuses of its longest item, which has the most open tokens too. */
async function entrantProblems(
  { entrant, index, item }: Placed,
  trial: Trial,
  options: PreparationOptions,
): Promise<Problem[]> {
  const key = { datasetDigest: trial.dataset.digest, seed: trial.seed };
  const path = ['entrants', String(index)];
  const packId = entrant.packId ?? '';
  const problems: Problem[] = [];
  for (const { masking } of placedMaskings(trial)) {
    const request = await unitRequest(item, masking, key, (text) =>
      options.dispatcher.tokenize(packId, text),
    );
    const costs = await Promise.allSettled(preparations(entrant, request, { trial, options }));
    const place = `Item "${item.id}" under ${maskingName(masking)}`;
    for (const cost of costs) {
      const fault = cost.status === 'rejected' ? faultOfError(cost.reason) : tooDear(cost, trial);
      if (fault === null) continue;
      const { code, message } = fault;
      problems.push(problem(path, { code, message: `${place}: ${message}` }, item));
    }
  }
  return problems;
}

/** What the unit of a request costs, to fill and to score. */
function preparations(
  { packId, request: asked }: CheckedEntrant,
  { source, fill }: UnitRequest,
  { trial, options }: Pick<ItemsOptions, 'trial' | 'options'>,
): Promise<number>[] {
  const { measures, seed, scoreDraws: draws } = trial;
  const common = { source, model: packId ?? undefined, decoder: asked?.decoder, seed };
  const plain = { alternatives: 0, samples: 1, lengthSearch: 'CAL', store: 'FULL' } as const;
  const filled = { ...common, ...plain, sampling: asked?.sampling };
  const isScored = measures.includes('SCORE') && asked?.likelihood !== 'NONE';
  const costOf = (work: Promise<{ readonly prepared: { readonly cost: number } }>) =>
    work.then(({ prepared }) => prepared.cost);
  return [
    ...(measures.includes('FILL') ? [costOf(prepareInfill(filled, options, []))] : []),
    ...(isScored ? [costOf(prepareScore({ ...common, fill, draws }, options))] : []),
  ];
}

type Fault = { readonly code: ErrorCode; readonly message: string };

function tooDear(
  { value: cost }: PromiseFulfilledResult<number>,
  { costPerMinute }: Trial,
): Fault | null {
  if (costPerMinute === null || cost <= costPerMinute) return null;
  const message = `It costs ${cost}; all that the API key may spend in a minute is ${costPerMinute}.`;
  return { code: 'COST_TOO_HIGH', message };
}

/** The mistake that `work` finds; null when it finds none. */
function faultOf(work: () => unknown): Fault | null {
  try {
    work();
    return null;
  } catch (error) {
    return faultOfError(error);
  }
}

/** @throws what is no mistake of the caller's */
function faultOfError(error: unknown): Fault {
  if (!(error instanceof InfillError)) throw error;
  const { code, message, family } = error;
  if (family !== 'validation' && family !== 'unsupported') throw error;
  return { code, message };
}

function problem(path: readonly string[], { code, message }: Fault, { id }: DatasetItem): Problem {
  return { path, code, message, value: id, limit: null };
}
