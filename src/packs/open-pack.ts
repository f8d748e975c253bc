/**
 * Opens a pack for use: everything checked, models loaded, tokenizer ready.
 *
 * Knows the parts of a pack and their order; knows no decoder and no process.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { InfillError } from '../errors.ts';
import type { Device } from '../model/devices.ts';
import type { LoadedModels } from '../model/models.ts';
import { openModels } from '../model/open-models.ts';
import { openTokenizer } from '../text/byte-level-tokenizer.ts';
import { type Tokenizer, type Vocabulary, wordStartIds } from '../text/tokenizer.ts';
import { loadPackDescription } from './load-pack.ts';
import { type Manifest, tokenizerFileName } from './manifest.ts';

/** A pack that decoders can run on until it is closed. */
export type OpenPack = {
  readonly models: LoadedModels;
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** Frees the models; no pass may be running. */
  close(): Promise<void>;
};

/** What a pack runs on. */
export type OpenPackOptions = {
  readonly device: Device;
  /** Threads of one pass, ≥ 1; null takes one per available processor, up to 8: more than that slow small passes down. */
  readonly threads: number | null;
};

const maxDefaultThreads = 8;

/** Opens the pack in `folder`. @throws INVALID_PACK naming the file; DEVICE_UNAVAILABLE */
export async function openPack(folder: string, options: OpenPackOptions): Promise<OpenPack> {
  const { description, manifest, tokenizerPath } = await loadPackDescription(folder);
  const tokenizer = openTokenizer(await readFile(tokenizerPath, 'utf8'), description.facts);
  checkVocabulary(tokenizer, description.facts);
  const threads = options.threads ?? Math.min(availableParallelism(), maxDefaultThreads);
  const models = await openModels(description, { device: options.device, threads });
  return { models, tokenizer, manifest, close: () => models.close() };
}

/** Models and tokenizer are made apart: every id a model can give has bytes, and a slot after a space has a token. */
function checkVocabulary(tokenizer: Tokenizer, { vocabularySize, bannedIds }: Vocabulary): void {
  if (tokenizer.vocabularySize < vocabularySize) {
    throw new InfillError(
      'INVALID_PACK',
      `${tokenizerFileName} has ${tokenizer.vocabularySize} ids; the models of the pack have ${vocabularySize}.`,
    );
  }
  const starts = wordStartIds(tokenizer, vocabularySize);
  for (const id of bannedIds) starts[id] = 0;
  if (!starts.includes(1)) {
    throw new InfillError(
      'INVALID_PACK',
      `${tokenizerFileName} has no ordinary token that begins with a space and goes on, as words after a space do.`,
    );
  }
}
