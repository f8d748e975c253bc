/**
 * The datasets that come with the package, put into the store where it lacks them.
 *
 * Knows the folder `datasets/`; each folder in it has `dataset.json` and `items.jsonl`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DatasetReader } from './benchmark/dataset-reader.ts';
import { packageRoot } from './package-root.ts';
import type { Database } from './store/database.ts';
import { hasBundled, insertDataset } from './store/datasets.ts';
import { uuidV7 } from './store/uuid-v7.ts';

const description = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  licence: z.string(),
  source: z.string(),
});

/** Inserts those that are not there yet. @param nowMs - milliseconds since the epoch. @returns how many were inserted */
export async function loadBundledDatasets(database: Database, nowMs: number): Promise<number> {
  let inserted = 0;
  for (const folder of datasetFolders()) {
    const { items, digest } = readItems(folder);
    if (await hasBundled(database, digest)) continue;
    const facts = description.parse(JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')));
    const place = { id: uuidV7(nowMs), owner: '', isBundled: true, createdAt: new Date(nowMs) };
    await insertDataset(
      database,
      { ...facts, ...place, digest, itemCount: items.length },
      items.map(({ id, group, ...content }) => ({ itemId: id, group, content })),
    );
    inserted += 1;
  }
  return inserted;
}

function datasetFolders(): string[] {
  const root = join(packageRoot(), 'datasets');
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .toSorted()
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'dataset.json')));
}

function readItems(folder: string) {
  const reader = new DatasetReader('JSONL');
  for (const line of readFileSync(join(folder, 'items.jsonl'), 'utf8').split('\n')) {
    reader.add(line);
  }
  return reader.finish();
}
