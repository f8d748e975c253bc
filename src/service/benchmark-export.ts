/**
 * Benchmarks and masked datasets as files.
 *
 * Knows what a file is made of; knows no HTTP. Equal results give equal bytes.
 */
import type { BenchmarkResults } from '../benchmark/benchmark-results.ts';
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import { exportFormats, exportText } from '../benchmark/export.ts';
import type { BenchmarkSummary } from '../benchmark/figure-tables.ts';
import type { MaskKey } from '../benchmark/mask-draw.ts';
import { itemText, maskText, maskTokens } from '../benchmark/mask-item.ts';
import { maskedLine } from '../benchmark/masked-lines.ts';
import { type Masking, maskingName, opensTokens } from '../benchmark/masking.ts';
import { exampleItems, type ReportExample } from '../benchmark/report/examples.ts';
import { reportPolicy, reportText } from '../benchmark/report/report.ts';
import type { Database } from '../store/database.ts';
import { type DatasetRow, readItems, readNamedItems } from '../store/datasets.ts';
import { type BenchmarkExport, exportExtensions } from './benchmark-names.ts';
import { opensText, type Tokenize } from './benchmark-unit.ts';
import { datasetItemOf } from './datasets.ts';

/** A file to be sent. */
export type ExportedFile = {
  /** Letters of any script, digits and hyphens, then its ending. */
  readonly name: string;
  readonly mediaType: string;
  /** Content policy of a page; null of what is none. */
  readonly policy: string | null;
  readonly text: string;
};

const itemsPerRead = 50;

/** Everything that a file of a benchmark is made of. */
export type ExportParts = BenchmarkSummary & { readonly dataset: DatasetRow };

/** A benchmark in a form. */
export async function exportedBenchmark(
  database: Database,
  { dataset, ...summary }: ExportParts,
  format: BenchmarkExport,
): Promise<ExportedFile> {
  const { results } = summary;
  const name = `${fileName(results.name)}.${exportExtensions[format]}`;
  if (format !== 'HTML') {
    const { mediaType } = exportFormats[format];
    return { name, mediaType, policy: null, text: exportText(summary, format) };
  }
  const text = reportText(summary, await reportExamples(database, results, dataset));
  return { name, mediaType: 'text/html; charset=utf-8', policy: reportPolicy, text };
}

async function reportExamples(
  database: Database,
  results: BenchmarkResults,
  dataset: DatasetRow,
): Promise<ReportExample[]> {
  const places = exampleItems(results);
  const ids = [...new Set(places.map(({ itemId }) => itemId))];
  const items = new Map(
    (await readNamedItems(database, dataset.id, ids)).map((row) => [row.itemId, row]),
  );
  const key = { datasetDigest: dataset.digest, seed: results.seed };
  return places.map((place) => {
    const row = items.get(place.itemId);
    const masking = results.maskings.find((each) => maskingName(each) === place.maskingName);
    if (row === undefined || masking === undefined || !opensText(masking)) {
      return { ...place, segments: null };
    }
    return { ...place, segments: maskText(datasetItemOf(row), masking, key).segments };
  });
}

/**
 * The items of a dataset under a masking, a line of JSON each, without line breaks.
 *
 * @param tokenize - by the pack whose tokens a masking of tokens counts.
 * @throws INVALID_INPUT naming an item that the masking cannot be applied to
 */
export async function* maskedLines(
  database: Database,
  dataset: DatasetRow,
  { masking, seed }: { readonly masking: Masking; readonly seed: bigint },
  tokenize: Tokenize,
): AsyncGenerator<string> {
  const key = { datasetDigest: dataset.digest, seed };
  let after: number | null = null;
  for (;;) {
    const { items, hasNext } = await readItems(database, dataset.id, {
      after,
      limit: itemsPerRead,
    });
    for (const row of items) yield await lineOf(datasetItemOf(row), masking, key, tokenize);
    after = items.at(-1)?.ordinal ?? null;
    if (!hasNext || after === null) return;
  }
}

async function lineOf(item: DatasetItem, masking: Masking, key: MaskKey, tokenize: Tokenize) {
  const { id, group } = item;
  if (opensText(masking)) return maskedLine({ id, group, ...maskText(item, masking, key) });
  if (!opensTokens(masking)) throw new TypeError('A masking opens tokens or text.');
  const { ids } = await tokenize(itemText(item));
  return maskedLine({ id, group, ...maskTokens({ id, ids }, masking, key) });
}

/** Of 60 characters at most: file systems take 255 bytes, and a letter may have four. */
function fileName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  const short = [...plain].slice(0, 60).join('');
  return short.replaceAll(/^-+|-+$/g, '') || 'benchmark';
}
