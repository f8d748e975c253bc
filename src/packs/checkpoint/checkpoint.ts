/**
 * A checkpoint folder in Hugging Face layout: its configuration and where its tensors are.
 *
 * Knows files, one or sharded; knows no architecture. Reads headers only, tensors' bytes later.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { type RegularFile, readJson } from '../regular-file.ts';
import { checkpointName, findCheckpointFile, requireCheckpointFile } from './checkpoint-file.ts';
import { readSafetensorsHeader, type TensorEntry } from './safetensors.ts';

/** What `config.json` holds; the fields that are read outside an architecture's own schema are listed. */
export type CheckpointConfig = {
  readonly [key: string]: unknown;
  readonly architectures?: unknown;
  readonly bos_token_id?: unknown;
  readonly eos_token_id?: unknown;
  readonly sliding_window?: unknown;
};

/** An opened checkpoint. */
export type Checkpoint = {
  readonly folder: string;
  /** For messages and provenance. */
  readonly name: string;
  readonly config: CheckpointConfig;
  readonly tensors: CheckpointTensors;
};

/** Names of a checkpoint's weights: in one file, or of the list of several. */
export const weightsName = 'model.safetensors';
export const weightsIndexName = 'model.safetensors.index.json';

const maxJsonBytes = 64 * 1024 * 1024;
const configSchema = z.record(z.string(), z.unknown());
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** The tensors of a checkpoint, handed out by name and shape; remembers which were asked for. */
export interface CheckpointTensors {
  /** @throws InfillError INVALID_CHECKPOINT when the tensor is missing or has another shape. */
  take(name: string, shape: readonly number[]): TensorEntry;
  /**
   * Refuses tensors nobody asked for: they belong to arithmetic that the graph would leave out.
   *
   * @param harmless - names that may be left over.
   * @throws InfillError UNSUPPORTED_CHECKPOINT naming one.
   */
  refuseUnused(harmless: RegExp): void;
  /** Elements of all tensors that were asked for. */
  takenElementCount(): number;
}

/** Tensors that lie in files. */
export class StoredTensors implements CheckpointTensors {
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  readonly #taken = new Set<string>();

  constructor(entries: readonly TensorEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  take(name: string, shape: readonly number[]): TensorEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined)
      throw new InfillError('INVALID_CHECKPOINT', `Tensor ${name} is missing.`);
    if (entry.shape.join() !== shape.join()) {
      throw new InfillError(
        'INVALID_CHECKPOINT',
        `Tensor ${name} has shape [${entry.shape.join(', ')}]; the configuration makes it [${shape.join(', ')}].`,
      );
    }
    this.#taken.add(name);
    return entry;
  }

  refuseUnused(harmless: RegExp): void {
    for (const name of this.#entries.keys()) {
      if (!this.#taken.has(name) && !harmless.test(name)) {
        throw new InfillError(
          'UNSUPPORTED_CHECKPOINT',
          `Tensor ${name} has no place in this architecture with this configuration.`,
        );
      }
    }
  }

  takenElementCount(): number {
    let count = 0;
    for (const name of this.#taken) {
      count += this.#entries.get(name)?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
    }
    return count;
  }
}

/**
 * Opens a folder with `config.json` and `model.safetensors` or its shards.
 *
 * @throws InfillError INVALID_CHECKPOINT for missing, linked or malformed files.
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const config = await readConfig(folder);
  const tensors = new StoredTensors(await readEntries(folder));
  return { folder, name: checkpointName(folder), config, tensors };
}

/**
 * Reads `config.json` of a checkpoint folder.
 *
 * @throws InfillError INVALID_CHECKPOINT for a missing, linked or malformed one.
 */
export async function readConfig(folder: string): Promise<CheckpointConfig> {
  const file = await requireCheckpointFile(folder, 'config.json');
  const config = configSchema.safeParse(await readJson(file, maxJsonBytes, 'INVALID_CHECKPOINT'));
  if (config.success) return config.data;
  throw new InfillError('INVALID_CHECKPOINT', `config.json in ${folder} is not an object.`);
}

async function readEntries(folder: string): Promise<TensorEntry[]> {
  const indexFile = await findCheckpointFile(folder, weightsIndexName);
  if (indexFile === null) {
    return readSafetensorsHeader(await requireCheckpointFile(folder, weightsName));
  }
  return readShards(folder, await readWeightMap(indexFile));
}

/**
 * Tensor name → name of the file it is in.
 *
 * @throws InfillError INVALID_CHECKPOINT for a file that is no index.
 */
export async function readWeightMap(file: RegularFile): Promise<Readonly<Record<string, string>>> {
  const index = indexSchema.safeParse(await readJson(file, maxJsonBytes, 'INVALID_CHECKPOINT'));
  if (index.success) return index.data.weight_map;
  throw new InfillError('INVALID_CHECKPOINT', `${file.name} has no weight_map.`);
}

/** @param weightMap - tensor name → shard file name. */
async function readShards(
  folder: string,
  weightMap: Readonly<Record<string, string>>,
): Promise<TensorEntry[]> {
  const entries: TensorEntry[] = [];
  for (const shardName of new Set(Object.values(weightMap))) {
    const shard = await requireCheckpointFile(folder, shardName);
    for (const entry of await readSafetensorsHeader(shard)) {
      if (weightMap[entry.name] !== shardName) {
        throw new InfillError(
          'INVALID_CHECKPOINT',
          `${shardName} holds tensor ${entry.name}, which the index places in ${weightMap[entry.name] ?? 'no file'}.`,
        );
      }
      entries.push(entry);
    }
  }
  if (entries.length !== Object.keys(weightMap).length) {
    const present = new Set(entries.map((entry) => entry.name));
    const missing = Object.keys(weightMap).find((name) => !present.has(name));
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `The index names tensor ${missing}, which no shard holds.`,
    );
  }
  return entries;
}
