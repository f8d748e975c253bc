/**
 * The table of metrics: what each is called, its unit, which direction is better, and what it needs.
 *
 * Knows no results; `measures.ts` computes them.
 */

/** What is known of a metric before there is a result. */
export type MetricFacts = {
  readonly title: string;
  /** Written behind a figure; empty for shares and counts. */
  readonly unit: string;
  /** Null where neither direction is better by itself. */
  readonly better: 'LOWER' | 'HIGHER' | null;
  /** Whether a second run with the same seed gives the same value to the last digit; speed does not. */
  readonly reproducible: boolean;
  /** Which part of an item result it reads. */
  readonly needs: 'SCORE' | 'FILL';
  /** Whether its value has meaning among packs of one vocabulary only. */
  readonly perVocabulary: boolean;
  /** On the logarithmic scale intervals are taken of logarithms, and differences are ratios. */
  readonly scale: 'LINEAR' | 'LOG';
};

const score = { needs: 'SCORE', reproducible: true } as const;
const quality = {
  needs: 'FILL',
  reproducible: true,
  better: 'HIGHER',
  unit: '',
  perVocabulary: false,
  scale: 'LINEAR',
} as const;
const diversity = { ...quality, better: null } as const;
const work = { ...quality, better: 'LOWER' } as const;
const speed = {
  needs: 'FILL',
  reproducible: false,
  better: 'LOWER',
  unit: 'ms',
  perVocabulary: false,
  scale: 'LOG',
} as const;

/** Every metric, in the order of tables. */
export const metrics = {
  PERPLEXITY: {
    ...score,
    title: 'Perplexity',
    unit: '',
    better: 'LOWER',
    perVocabulary: true,
    scale: 'LOG',
  },
  BITS_PER_CHARACTER: {
    ...score,
    title: 'Bits per character',
    unit: '',
    better: 'LOWER',
    perVocabulary: false,
    scale: 'LINEAR',
  },
  TOKEN_ACCURACY: { ...quality, title: 'Token accuracy', perVocabulary: true },
  EXACT_MATCH: { ...quality, title: 'Exact match' },
  ROUGE_1: { ...quality, title: 'ROUGE-1' },
  ROUGE_2: { ...quality, title: 'ROUGE-2' },
  ROUGE_L: { ...quality, title: 'ROUGE-L' },
  BLEU: { ...quality, title: 'BLEU' },
  SENTENCE_BLEU: { ...quality, title: 'Sentence BLEU' },
  DISTINCT_1: { ...diversity, title: 'Distinct-1' },
  DISTINCT_2: { ...diversity, title: 'Distinct-2' },
  TOKEN_ENTROPY: { ...diversity, title: 'Token entropy', unit: 'nats', perVocabulary: true },
  CAUSAL_PASSES: { ...work, title: 'Causal passes' },
  MASKED_PASSES: { ...work, title: 'Masked passes' },
  TOKENS_PER_PASS: {
    ...quality,
    title: 'Tokens per pass',
    perVocabulary: true,
    scale: 'LOG',
  },
  TOKENS_PER_SECOND: {
    ...speed,
    title: 'Tokens per second',
    unit: '1/s',
    better: 'HIGHER',
    perVocabulary: true,
  },
  FIRST_TOKEN_P50: { ...speed, title: 'First token, median' },
  FIRST_TOKEN_P95: { ...speed, title: 'First token, 95th percentile' },
  LATENCY_P50: { ...speed, title: 'Latency, median' },
  LATENCY_P95: { ...speed, title: 'Latency, 95th percentile' },
  PEAK_MEMORY: { ...speed, title: 'Peak memory', unit: 'MiB' },
} as const satisfies Record<string, MetricFacts>;

/** A key of the table. */
export type Metric = keyof typeof metrics;

/** All metrics, in the order of tables. */
export const metricNames = Object.keys(metrics).filter(isMetric);

/** Whether a string names a metric. */
export function isMetric(name: string): name is Metric {
  return Object.hasOwn(metrics, name);
}

/** Returns what is known of a metric. */
export function metricFacts(metric: Metric): MetricFacts {
  return metrics[metric];
}
