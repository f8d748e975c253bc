/**
 * That a decoder's likelihood is that of what it draws, by enumeration of all fills on a vocabulary of four tokens.
 *
 * Exact kinds: the fills' probabilities sum to 1 and are the frequencies of sampled fills. ELBO: the estimate is the
 * bound's within its error, and the bound is not above the exact value of the process.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { LikelihoodKind } from '../../src/decoding/decoder.ts';
import type { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { fakeModels } from '../support/fake-models.ts';
import { assertFrequencies } from './chi-square.ts';
import { firstOrdinaryId, ListTokenizer } from './list-tokenizer.ts';
import { anyOrder, type Process } from './processes.ts';
import { checkTimeoutMs, engineOf, requestOf } from './runs.ts';
import { sampledCounts } from './sampled-fills.ts';
import type { Subject } from './trial.ts';
import { remembered } from './watched-models.ts';

const tokenizer = new ListTokenizer(['a', 'b', 'c', ' a']);
const { vocabularySize } = tokenizer;
const never = new AbortController().signal;

/** Open positions at both ends, adjacent, and with known ones between; and all open. */
const texts: readonly (readonly (number | null)[])[] = [
  [null, 5, null, null],
  [4, null, null, 6, null, 7],
  [null, null, null],
];
/** A sum of at most 256 probabilities from float32 logits. */
const tolerance = 1e-9;

/** The probabilities of all fills sum to 1. */
export async function sumsToOne(subject: Subject): Promise<void> {
  for (const [salt, ids] of texts.entries()) {
    for (const models of [tinyModels(salt), tinyModels(salt + 50)]) {
      const probabilities = await enumerated(subject, models, ids);
      const total = [...probabilities.values()].reduce((sum, each) => sum + each, 0);
      assert(Math.abs(total - 1) <= tolerance, `The probabilities of all fills sum to ${total}.`);
    }
  }
}

/** Fills drawn at temperature 1 come as often as their scores say. */
export async function drawsWhatItScores(subject: Subject): Promise<void> {
  const [, ids = []] = texts;
  const models = tinyModels(3);
  const counts = await sampledCounts(subject.plugin, requestFor(subject, ids), {
    models,
    tokenizer,
  });
  assertFrequencies(counts, await enumerated(subject, models, ids));
}

/** Fills drawn at temperature 1 come as often as a process says. */
export async function drawsFrom(subject: Subject, process: Process): Promise<void> {
  const [, ids = []] = texts;
  const models = tinyModels(4);
  const counts = await sampledCounts(subject.plugin, requestFor(subject, ids), {
    models,
    tokenizer,
  });
  const probabilities = new Map<string, number>();
  for (const targets of allFills(ids)) {
    probabilities.set(targets.join(), Math.exp(await process.exact({ models, ids, targets })));
  }
  assertFrequencies(counts, probabilities);
}

/** An ELBO is its expectation within 6 standard errors, and at most the exact value and 4 of them. */
export async function boundsItsProcess(subject: Subject, process: Process): Promise<void> {
  for (const [salt, ids] of texts.entries()) {
    const models = tinyModels(salt + 7);
    const engine = engineOf(subject.plugin, { models, tokenizer });
    for (const targets of allFills(ids).filter((_, index) => index % 7 === 0)) {
      const { value, error } = await boundOf(engine, subject, { ids, targets });
      const text = { models, ids, targets };
      const expected = await process.bound(text);
      const exact = await process.exact(text);
      const gap = Math.abs(value - expected);
      assert(gap <= 6 * error + tolerance, `${value} is not ${expected} with error ${error}.`);
      assert(value <= exact + 4 * error + tolerance, `${value} is above ${exact}.`);
    }
  }
}

/** An ELBO's draws are those of the seed, and others for other seeds. */
export async function keysItsDraws(subject: Subject): Promise<void> {
  const engine = engineOf(subject.plugin, { models: tinyModels(1), tokenizer });
  const text = { ids: [null, null, 5, null, null], targets: [4, 5, 6, 7], draws: 3 };
  const values = new Set<number>();
  for (const seed of [1n, 2n, 3n, 4n, 5n, 6n]) {
    const { value } = await boundOf(engine, subject, { ...text, seed });
    const again = await boundOf(engine, subject, { ...text, seed });
    assert.equal(again.value, value);
    values.add(value);
  }
  assert(values.size > 1, 'Six seeds give one estimate.');
}

async function boundOf(
  engine: InfillEngine,
  subject: Subject,
  text: {
    readonly ids: readonly (number | null)[];
    readonly targets: readonly number[];
    readonly seed?: bigint;
    readonly draws?: number;
  },
): Promise<{ value: number; error: number }> {
  const { ids, targets, seed = 5n, draws = 200 } = text;
  const request = { ...requestFor(subject, ids), seed };
  const fill = { tokens: targets };
  const { likelihood, standardError } = await engine.score({ request, fill, draws }, never);
  assert(standardError !== null && Number.isFinite(standardError), 'An ELBO has an error.');
  return { value: likelihood.logProb, error: standardError };
}

function tinyModels(salt: number): LoadedModels {
  return remembered(fakeModels({ vocabularySize, salt }));
}

function requestFor({ plugin, options }: Subject, ids: readonly (number | null)[]) {
  return requestOf(plugin, {
    source: { tokens: ids },
    decoder: { name: plugin.name, options },
    sampling: { temperature: 1 },
  });
}

/** exp(score) of every fill, by its ids. */
async function enumerated(
  subject: Subject,
  models: LoadedModels,
  ids: readonly (number | null)[],
): Promise<Map<string, number>> {
  const engine = engineOf(subject.plugin, { models, tokenizer });
  const request = requestFor(subject, ids);
  const probabilities = new Map<string, number>();
  for (const tokens of allFills(ids)) {
    const { likelihood } = await engine.score({ request, fill: { tokens }, draws: 1 }, never);
    probabilities.set(tokens.join(), Math.exp(likelihood.logProb));
  }
  return probabilities;
}

function allFills(ids: readonly (number | null)[]): number[][] {
  let fills: number[][] = [[]];
  for (const id of ids) {
    if (id !== null) continue;
    fills = fills.flatMap((fill) =>
      Array.from({ length: vocabularySize - firstOrdinaryId }, (_, index) => [
        ...fill,
        firstOrdinaryId + index,
      ]),
    );
  }
  return fills;
}

/** What holds of a likelihood of each kind, by name. */
export function likelihoodChecks(
  kind: LikelihoodKind,
  process: Process,
): Readonly<Record<string, (subject: Subject) => Promise<void>>> {
  switch (kind) {
    case 'CHAIN_RULE':
    case 'INDEPENDENT':
      return {
        'gives all fills together the probability 1': sumsToOne,
        'draws each fill as often as it scores it': drawsWhatItScores,
      };
    case 'ELBO':
      return {
        'estimates the bound, which is below the exact value': (subject) =>
          boundsItsProcess(subject, process),
        'keys its random masks by the seed': keysItsDraws,
      };
    case 'NONE':
      return {};
    default:
      return kind satisfies never;
  }
}

/**
 * Runs the checks of each option set's kind; a set without a likelihood has none.
 *
 * @param optionSets - by what they are called.
 * @param process - that an ELBO is a bound of.
 */
export function describeLikelihood(
  plugin: AnyDecoderPlugin,
  optionSets: Readonly<Record<string, Subject['options']>> = { 'with its defaults': {} },
  process: Process = anyOrder,
): void {
  for (const [name, options] of Object.entries(optionSets)) {
    const kind = plugin.likelihood(plugin.options.parse(options));
    const checks = Object.entries(likelihoodChecks(kind, process));
    if (checks.length === 0) continue;
    describe(`the likelihood of ${plugin.name} ${name}`, () => {
      it.each(checks)('%s', { timeout: checkTimeoutMs }, (_, check) => check({ plugin, options }));
    });
  }
}
