/**
 * The closed sets of datasets and benchmarks.
 */
import { benchmarkMetrics } from '../src/service/benchmark-names.ts';
import type { Builder } from './builder.ts';

/** Adds the enums of datasets and benchmarks. */
export function defineBenchmarkEnums(builder: Builder) {
  return {
    metric: builder.enumType('Metric', {
      description: 'What is compared.',
      values: metricValues(),
    }),
    measure: builder.enumType('Measure', {
      description: 'What is done with every masked item.',
      values: {
        FILL: { description: 'It is filled: gives accuracies, overlaps, passes and times.' },
        SCORE: {
          description:
            'The text that stood there is scored: gives perplexity and bits per character.',
        },
      } as const,
    }),
    maskUnit: builder.enumType('MaskUnit', {
      description: 'What a masking counts.',
      values: {
        TOKEN: {
          description: 'Tokens of one vocabulary; compares model packs of that vocabulary only.',
        },
        WORD: { description: 'Words, which are the same for every model pack.' },
      } as const,
    }),
    maskingKind: builder.enumType('MaskingKind', {
      description: 'Which part of a text is open.',
      values: {
        RATE: { description: 'A share of its units, each a slot of its own.' },
        SPAN: { description: 'Several units in a row, one slot.' },
        MIDDLE_SENTENCE: { description: 'The third of exactly five sentences.' },
        EXPLICIT: { description: 'The masks of its template.' },
      } as const,
    }),
    datasetFormat: builder.enumType('DatasetFormat', {
      description: 'How the items of a dataset are written.',
      values: {
        TEXT: { description: 'Paragraphs, apart by empty lines, are the items.' },
        LINES: { description: 'Each line that is not empty is an item.' },
        JSONL: {
          description:
            'Each line is a JSON object: `id` with `text`, or with `template` and `gold`; and `group`, if any.',
        },
      } as const,
    }),
    exportFormat: builder.enumType('ExportFormat', {
      description: 'A form that a benchmark is written in.',
      values: {
        CSV: { description: 'Figures and differences as comma-separated values.' },
        JSONL: {
          description:
            'What was compared, figures and differences with every digit, as lines of JSON.',
        },
        MARKDOWN: { description: 'Tables to read.' },
        LATEX: { description: 'Tables for an article.' },
        HTML: { description: 'One page with charts.' },
      } as const,
    }),
  };
}

function metricValues() {
  const values = Object.entries(benchmarkMetrics).map(([name, facts]) => {
    const { title, unit, better, reproducible } = facts;
    const direction = better === null ? '' : `, ${better.toLowerCase()} is better`;
    const again = reproducible ? '' : '; another run gives another value';
    const description = `${title}${unit === '' ? '' : ` in ${unit}`}${direction}${again}.`;
    return [name, { description }] as const;
  });
  return Object.fromEntries(values) as Record<
    keyof typeof benchmarkMetrics,
    { readonly description: string }
  >;
}
