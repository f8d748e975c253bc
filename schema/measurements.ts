/**
 * Numbers about a run: likelihood, tokens and passes, times, and the settings that had an effect.
 */
import type { Parts } from './parts.ts';

/** Adds `Likelihood`, `Usage`, `Timing` and `EffectiveSetting`. */
export function defineMeasurements(parts: Parts): void {
  defineLikelihood(parts);
  defineUsage(parts);
  const { builder } = parts;
  builder.objectType('Timing', {
    description: 'Times of a finished run, in milliseconds.',
    fields: (t) => ({
      queueMs: t.exposeFloat('queueMs', { description: 'From submission to the start.' }),
      firstTokenMs: t.exposeFloat('firstTokenMs', {
        nullable: true,
        description: 'From submission to the first committed token.',
      }),
      totalMs: t.exposeFloat('totalMs', { description: 'From submission to the end.' }),
      tokensPerSecond: t.exposeFloat('tokensPerSecond', {
        nullable: true,
        description: 'Committed tokens over the time from start to end.',
      }),
    }),
  });
  builder.objectType('EffectiveSetting', {
    description: 'A setting that had an effect, defaults included.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name, with the group it is of.' }),
      value: t.field({ type: 'JSON', description: 'Its value.', resolve: ({ value }) => value }),
    }),
  });
}

function defineLikelihood({ builder, enums }: Parts): void {
  builder.objectType('Likelihood', {
    description: 'The log-likelihood of a fill, at temperature 1 whatever the sampling was.',
    fields: (t) => ({
      kind: t.expose('kind', { type: enums.likelihoodKind, description: 'What the number is.' }),
      logProb: t.exposeFloat('logProb', {
        description: 'Natural logarithm, summed over open positions.',
      }),
      perplexity: t.float({
        nullable: true,
        description:
          'exp(−logProb / open positions); null without open positions, and where it is too large for a number.',
        resolve: ({ logProb, tokenCount }) => {
          const perplexity = tokenCount === 0 ? Number.NaN : Math.exp(-logProb / tokenCount);
          return Number.isFinite(perplexity) ? perplexity : null;
        },
      }),
      bitsPerCharacter: t.float({
        nullable: true,
        description:
          '−logProb in bits over the Unicode code points of the fill, owned spaces included; null where those are not ' +
          'known or none. Comparable between vocabularies, as perplexity is not.',
        resolve: ({ logProb, characterCount }) =>
          characterCount === null || characterCount === 0
            ? null
            : -logProb / (Math.LN2 * characterCount),
      }),
      isBound: t.boolean({
        description: 'Whether logProb is a lower bound, and perplexity so an upper one.',
        resolve: ({ kind }) => kind === 'ELBO',
      }),
      standardError: t.exposeFloat('standardError', {
        nullable: true,
        description: 'Of logProb, where it is a mean over random draws; null else.',
      }),
    }),
  });
}

function defineUsage({ builder }: Parts): void {
  builder.objectType('Usage', {
    description:
      'Tokens and model passes of a run. Committed tokens and passes are 0 until it has ended.',
    fields: (t) => ({
      knownTokens: t.exposeInt('knownTokens', { description: 'Positions that were given.' }),
      openTokens: t.exposeInt('openTokens', {
        description:
          'Positions to fill; an unknown length counts as its least until the run has ended.',
      }),
      committedTokens: t.exposeInt('committedTokens', {
        description: 'Positions that were filled.',
      }),
      causalPasses: t.exposeInt('causalPasses', { description: 'Passes of the causal model.' }),
      maskedPasses: t.exposeInt('maskedPasses', { description: 'Passes of the masked model.' }),
      tokensPerPass: t.float({
        nullable: true,
        description: 'Committed tokens over all passes; null before the first pass.',
        resolve: ({ committedTokens, causalPasses, maskedPasses }) => {
          const passes = causalPasses + maskedPasses;
          return passes === 0 ? null : committedTokens / passes;
        },
      }),
    }),
  });
}
