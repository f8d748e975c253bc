/**
 * Names of maskings, metrics and exports, for clients.
 */
import {
  type Masking,
  maskingName,
  maskingProblems,
  maskingOfName as readName,
} from '../benchmark/masking.ts';
import { type Metric, type MetricFacts, metrics } from '../benchmark/metric.ts';
import type { Problem } from '../errors.ts';

/** A masking with its name. */
export type NamedMasking = { readonly name: string; readonly masking: Masking };

/** All metrics by name, in the order of tables. */
export const benchmarkMetrics: Readonly<Record<Metric, MetricFacts>> = metrics;

/** The masking of a name. @throws INVALID_INPUT for a name of none */
export function maskingOfName(name: string): Masking {
  return readName(name);
}

/** Everything that is wrong with a masking. @param path - of the masking in the input; a problem adds the field. */
export function problemsOfMasking(masking: Masking, path: readonly string[]): readonly Problem[] {
  return maskingProblems(masking, path);
}

/** A masking with its name. */
export function namedMasking(masking: Masking): NamedMasking {
  return { name: maskingName(masking), masking };
}

/** Forms of exports, and the ends of their paths. */
export const exportExtensions = {
  CSV: 'csv',
  JSONL: 'jsonl',
  MARKDOWN: 'md',
  LATEX: 'tex',
  HTML: 'html',
} as const;

/** A form that a benchmark is written in. */
export type BenchmarkExport = keyof typeof exportExtensions;

/** Where an export of a benchmark is, from the root of the server. */
export function exportPath(id: string, format: BenchmarkExport): string {
  return `/exports/benchmarks/${id}.${exportExtensions[format]}`;
}
