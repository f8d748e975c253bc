/**
 * A scored fill in words.
 *
 * Knows layout; knows no client.
 */
import type { ScoredInfillPartsFragment } from '../client/generated/graphql.ts';
import {
  logLikelihoodText,
  logProbText,
  perplexityText,
  settingsText,
  wordOf,
} from './measures.ts';
import { shown } from './screen.ts';
import { aligned, tableOf } from './table.ts';

const tokenHeadings = ['SLOT', 'POSITION', 'ID', 'TOKEN'];

/** The log-likelihood with its kind, the perplexity, and each token with its part where the kind has such parts. */
export function describeScore(score: ScoredInfillPartsFragment, columns: number): string {
  const { likelihood, tokens, decoderName, model, settings } = score;
  const facts = aligned([
    ...likelihoodFacts(likelihood),
    ['tokens', String(tokens.length)],
    ['decoder', decoderName],
    ['model', `${model.name} ${model.version}`],
    ['settings', settingsText(settings)],
  ]);
  return [...facts, ...(tokens.length === 0 ? [] : ['', tokenTable(score, columns)])].join('\n');
}

function likelihoodFacts(likelihood: ScoredInfillPartsFragment['likelihood']): string[][] {
  if (likelihood === null) {
    return [['log-likelihood', 'minus infinity: the decoder cannot fill it like this']];
  }
  return [
    ['log-likelihood', `${logLikelihoodText(likelihood)} (${wordOf(likelihood.kind)})`],
    ['perplexity', perplexityText(likelihood)],
  ];
}

function tokenTable({ tokens, likelihood }: ScoredInfillPartsFragment, columns: number): string {
  // A bound is no sum over tokens.
  const hasParts = likelihood?.isBound !== true;
  const rows = tokens.map(({ slot, position, id, text, logProb }) => [
    String(slot + 1),
    String(position),
    String(id),
    quoted(text),
    ...(hasParts ? [logProbText(logProb)] : []),
  ]);
  const headings = hasParts ? [...tokenHeadings, 'LOG-PROBABILITY'] : tokenHeadings;
  return tableOf(headings, rows, columns);
}

/** In quotation marks, so that the space a token begins with is seen, and on one line. */
function quoted(text: string): string {
  return `"${shown(text).replaceAll('\n', '␊')}"`;
}
