/**
 * A checkpoint folder in Hugging Face layout: its configuration and where its tensors are.
 *
 * Knows files, one or sharded; knows no architecture. Reads headers only, tensors' bytes later.
 */
import { basename } from 'node:path';
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { findRegularFile, readJson, requireRegularFile } from '../regular-file.ts';
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
  /** The folder's own name, for messages and provenance. */
  readonly name: string;
  readonly config: CheckpointConfig;
  readonly tensors: CheckpointTensors;
};

const maxJsonBytes = 64 * 1024 * 1024;
const configSchema = z.record(z.string(), z.unknown());
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** The tensors of a checkpoint, handed out by name and shape; remembers which were asked for. */
export class CheckpointTensors {
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  readonly #taken = new Set<string>();

  constructor(entries: readonly TensorEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** @throws InfillError INVALID_CHECKPOINT when the tensor is missing or has another shape. */
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

  /**
   * Refuses tensors nobody asked for: they belong to arithmetic that the graph would leave out.
   *
   * @param harmless - names that may be left over.
   * @throws InfillError UNSUPPORTED_CHECKPOINT naming one.
   */
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

  /** Elements of all tensors that were asked for. */
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
  const configFile = await requireRegularFile(folder, 'config.json', 'INVALID_CHECKPOINT');
  const config = configSchema.safeParse(
    await readJson(configFile, maxJsonBytes, 'INVALID_CHECKPOINT'),
  );
  if (!config.success)
    throw new InfillError('INVALID_CHECKPOINT', `config.json in ${folder} is not an object.`);
  const entries = await readEntries(folder);
  return {
    folder,
    name: basename(folder),
    config: config.data,
    tensors: new CheckpointTensors(entries),
  };
}

async function readEntries(folder: string): Promise<TensorEntry[]> {
  const indexFile = await findRegularFile(
    folder,
    'model.safetensors.index.json',
    'INVALID_CHECKPOINT',
  );
  if (indexFile === null) {
    const file = await requireRegularFile(folder, 'model.safetensors', 'INVALID_CHECKPOINT');
    return readSafetensorsHeader(file);
  }
  const index = indexSchema.safeParse(
    await readJson(indexFile, maxJsonBytes, 'INVALID_CHECKPOINT'),
  );
  if (!index.success)
    throw new InfillError('INVALID_CHECKPOINT', `${indexFile.name} has no weight_map.`);
  return readShards(folder, index.data.weight_map);
}

/** @param weightMap - tensor name → shard file name. */
async function readShards(
  folder: string,
  weightMap: Readonly<Record<string, string>>,
): Promise<TensorEntry[]> {
  const entries: TensorEntry[] = [];
  for (const shardName of new Set(Object.values(weightMap))) {
    const shard = await requireRegularFile(folder, shardName, 'INVALID_CHECKPOINT');
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
