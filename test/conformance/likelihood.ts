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
import { InfillError } from '../../src/errors.ts';
import { assertFrequencies } from './chi-square.ts';
import {
  constrained,
  type Enumeration,
  requestFor,
  scoredProbabilities,
  tinyModels,
  fourTokens as tokenizer,
  unconstrained,
} from './enumeration.ts';
import { anyOrder, type Process } from './processes.ts';
import { checkTimeoutMs, engineOf } from './runs.ts';
import { sampledCounts } from './sampled-fills.ts';
import type { Subject } from './trial.ts';

const never = new AbortController().signal;

/** Known positions between open ones. */
const spacedText = [4, null, null, 6, null, 7];
/** Open positions at both ends, adjacent, and with known ones between; and all open. */
const texts: readonly (readonly (number | null)[])[] = [
  [null, 5, null, null],
  spacedText,
  [null, null, null],
];
/** A sum of at most 256 probabilities from float32 logits. */
const tolerance = 1e-9;

/** The probabilities of all fills sum to 1. */
export async function sumsToOne(subject: Subject): Promise<void> {
  for (const [salt, ids] of texts.entries()) {
    await assertSum(subject, unconstrained(ids), salt);
    await assertSum(subject, unconstrained(ids), salt + 50);
  }
}

async function assertSum(subject: Subject, text: Enumeration, salt: number): Promise<void> {
  const probabilities = await scoredProbabilities(subject, tinyModels(salt), text);
  const total = [...probabilities.values()].reduce((sum, each) => sum + each, 0);
  assert(Math.abs(total - 1) <= tolerance, `The probabilities of all fills sum to ${total}.`);
}

/** Fills drawn at temperature 1 come as often as their scores say. */
export async function drawsWhatItScores(subject: Subject): Promise<void> {
  await assertDraws(subject, unconstrained(spacedText), 3);
}

async function assertDraws(subject: Subject, text: Enumeration, salt: number): Promise<void> {
  const models = tinyModels(salt);
  const request = requestFor(subject, text.source);
  const counts = await sampledCounts(subject.plugin, request, { models, tokenizer });
  assertFrequencies(counts, await scoredProbabilities(subject, models, text));
}

/** Both hold of the fills that choices and bans leave, or the decoder refuses them. */
export async function holdsUnderConstraints(subject: Subject): Promise<void> {
  const engine = engineOf(subject.plugin, { models: tinyModels(1), tokenizer });
  if (isUnsupported(() => engine.prepare(requestFor(subject, constrained.source)))) return;
  for (const salt of [11, 12, 13]) await assertSum(subject, constrained, salt);
  await assertDraws(subject, constrained, 11);
}

function isUnsupported(prepare: () => unknown): boolean {
  try {
    prepare();
    return false;
  } catch (error) {
    if (error instanceof InfillError && error.code === 'UNSUPPORTED') return true;
    throw error;
  }
}

/** Fills drawn at temperature 1 come as often as a process says. */
export async function drawsFrom(subject: Subject, process: Process): Promise<void> {
  const { source, fills } = unconstrained(spacedText);
  const models = tinyModels(4);
  const request = requestFor(subject, source);
  const counts = await sampledCounts(subject.plugin, request, { models, tokenizer });
  const probabilities = new Map<string, number>();
  for (const targets of fills) {
    const logProb = await process.exact({ models, ids: spacedText, targets });
    probabilities.set(targets.join(), Math.exp(logProb));
  }
  assertFrequencies(counts, probabilities);
}

/** An ELBO is its expectation within 6 standard errors, and at most the exact value and 4 of them. */
export async function boundsItsProcess(subject: Subject, process: Process): Promise<void> {
  for (const [salt, ids] of texts.entries()) {
    const models = tinyModels(salt + 7);
    const engine = engineOf(subject.plugin, { models, tokenizer });
    for (const targets of unconstrained(ids).fills.filter((_, index) => index % 7 === 0)) {
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
  const request = { ...requestFor(subject, { tokens: ids }), seed };
  const fill = { tokens: targets };
  const { likelihood, standardError } = await engine.score({ request, fill, draws }, never);
  assert(standardError !== null && Number.isFinite(standardError), 'An ELBO has an error.');
  return { value: likelihood.logProb, error: standardError };
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
        'does both under choices and bans, or refuses them': holdsUnderConstraints,
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
