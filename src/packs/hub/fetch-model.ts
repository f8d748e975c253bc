/**
 * A checkpoint folder for a model of the hub: what is missing in the cache is downloaded.
 *
 * Knows which files a pack is made from; those of other programs stay where they are.
 */
import { statfs } from 'node:fs/promises';
import { InfillError } from '../../errors.ts';
import { readWeightMap, weightsIndexName, weightsName } from '../checkpoint/checkpoint.ts';
import { findCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { takeLock } from '../process-lock.ts';
import { isBaseName } from '../regular-file.ts';
import { downloadFile, incompletePath, sizeOf } from './download-file.ts';
import { CachedModel } from './hub-cache.ts';
import type { HubContext } from './hub-context.ts';
import { type HubModel, hubPath } from './hub-name.ts';
import { type HubFile, type HubListing, listFiles } from './list-files.ts';

/** How far a download is. */
export type DownloadProgress = {
  /** As it was asked for. */
  readonly model: HubModel;
  /** Of the file that is being downloaded. */
  readonly name: string;
  /** Of the files that had to be downloaded. */
  readonly doneBytes: number;
  readonly totalBytes: number;
};

/** Which files are wanted. */
export type FetchOptions = {
  readonly withWeights: boolean;
  readonly onProgress: (progress: DownloadProgress) => void;
};

const smallNames: readonly string[] = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  weightsIndexName,
];

/**
 * The folder of the model at its revision.
 *
 * @throws InfillError HUB_REFUSED, HUB_UNAVAILABLE, DOWNLOAD_DAMAGED, STORAGE_FULL; UNSUPPORTED_CHECKPOINT for a model
 *   without weights that can be read.
 */
export async function fetchModel(
  context: HubContext,
  model: HubModel,
  options: FetchOptions,
): Promise<string> {
  const cached = new CachedModel(context.settings.cacheFolder, model);
  if (context.settings.isOffline) return findOffline(cached, model, context, options);
  const listing = await listFiles(context, model);
  await cached.prepare(listing.commit);
  const fetcher = { context, model, cached, listing, options };
  await fetchFiles(
    fetcher,
    listing.files.filter(({ name }) => smallNames.includes(name)),
  );
  const folder = cached.snapshot(listing.commit);
  if (options.withWeights) {
    await fetchFiles(fetcher, await weightFiles(folder, model, listing));
  }
  await cached.writeCommit(listing.commit);
  return folder;
}

type Fetcher = {
  readonly context: HubContext;
  readonly model: HubModel;
  readonly cached: CachedModel;
  readonly listing: HubListing;
  readonly options: FetchOptions;
};

async function findOffline(
  cached: CachedModel,
  model: HubModel,
  { settings }: HubContext,
  { withWeights }: FetchOptions,
): Promise<string> {
  const commit = await cached.commit();
  const folder = commit === null ? null : cached.snapshot(commit);
  const missing = folder === null ? 'it' : await missingFile(folder, withWeights);
  if (folder !== null && missing === null) return folder;
  throw new InfillError(
    'HUB_UNAVAILABLE',
    `HF_HUB_OFFLINE is set, and of ${hubPath(model)} at ${model.revision}, ${missing} is not in ${settings.cacheFolder}.`,
  );
}

async function missingFile(folder: string, withWeights: boolean): Promise<string | null> {
  const wanted = ['config.json'];
  if (withWeights) {
    const index = await findCheckpointFile(folder, weightsIndexName);
    const names = index === null ? [weightsName] : Object.values(await readWeightMap(index));
    wanted.push(...new Set(names));
  }
  for (const name of wanted) {
    if ((await findCheckpointFile(folder, name)) === null) return name;
  }
  return null;
}

/** The weights of a listing, in one file or several. */
async function weightFiles(
  folder: string,
  model: HubModel,
  { files }: HubListing,
): Promise<HubFile[]> {
  const index = await findCheckpointFile(folder, weightsIndexName);
  const names = index === null ? [weightsName] : Object.values(await readWeightMap(index));
  return [...new Set(names)].map((name) => {
    const file = files.find((each) => each.name === name);
    if (file !== undefined && isBaseName(name)) return file;
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `${hubPath(model)} has no ${name} at ${model.revision}; weights are read from safetensors alone.`,
    );
  });
}

async function fetchFiles(fetcher: Fetcher, files: readonly HubFile[]): Promise<void> {
  const { cached, listing } = fetcher;
  const missing: HubFile[] = [];
  for (const file of files) if (!(await cached.hasBlob(file))) missing.push(file);
  await checkSpace(fetcher, missing);
  const totalBytes = missing.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of missing) {
    await fetchFile(fetcher, file, { before, totalBytes });
    before += file.size;
  }
  for (const file of files) await cached.link(listing.commit, file);
}

async function fetchFile(
  { context, model, cached, listing, options }: Fetcher,
  file: HubFile,
  { before, totalBytes }: { readonly before: number; readonly totalBytes: number },
): Promise<void> {
  const { name } = file;
  const { endpoint } = context.settings;
  const place = `${hubPath(model)}/resolve/${listing.commit}/${encodeURIComponent(name)}`;
  const url = new URL(`${endpoint}/${place}`);
  const unlock = await takeLock({ path: cached.lock(file), use: 'is downloading the same file' });
  await downloadFile(context, { model, file, url, path: cached.blob(file) }, (count) =>
    options.onProgress({ model, name, doneBytes: before + count, totalBytes }),
  ).finally(unlock);
}

/** Before the first byte: hours later would be too late. */
async function checkSpace(
  { context, cached, model }: Fetcher,
  missing: readonly HubFile[],
): Promise<void> {
  let needed = 0;
  for (const file of missing) {
    needed += Math.max(0, file.size - (await sizeOf(incompletePath(cached.blob(file)))));
  }
  const { cacheFolder } = context.settings;
  const { bavail, bsize } = await statfs(cacheFolder);
  if (needed <= bavail * bsize) return;
  throw new InfillError(
    'STORAGE_FULL',
    `${hubPath(model)} needs ${needed} bytes in ${cacheFolder}, which has ${bavail * bsize} left; HF_HUB_CACHE names another folder.`,
  );
}
