/**
 * Numbers and settings of a run in words.
 *
 * Knows which likelihoods are bounds; knows no layout.
 */
import type { InfillPartsFragment } from '../client/generated/graphql.ts';

type Likelihood = NonNullable<InfillPartsFragment['likelihood']>;

/** An enum value of the API as a word: `CHAIN_RULE` is `chain-rule`. */
export function wordOf(value: string): string {
  return value.toLowerCase().replaceAll('_', '-');
}

/** A log-probability; null, where there is none, is a dash. */
export function logProbText(logProb: number | null): string {
  return logProb === null ? '-' : logProb.toFixed(4);
}

/** A log-likelihood with its standard error, `≥` before one that is only a lower bound. */
export function logLikelihoodText({
  logProb,
  isBound,
  standardError,
}: Pick<Likelihood, 'logProb' | 'isBound' | 'standardError'>): string {
  const error = standardError === null ? '' : ` ± ${logProbText(standardError)}`;
  return `${isBound ? '≥ ' : ''}${logProbText(logProb)}${error}`;
}

/** A perplexity, `≤` before one that is only an upper bound; a dash where no position is open. */
export function perplexityText({
  perplexity,
  isBound,
}: Pick<Likelihood, 'perplexity' | 'isBound'>): string {
  return perplexity === null ? '-' : `${isBound ? '≤ ' : ''}${perplexity.toPrecision(4)}`;
}

/** `name=value`, separated by commas. */
export function settingsText(settings: InfillPartsFragment['settings']): string {
  return settings.map(({ name, value }) => `${name}=${String(value)}`).join(', ');
}
