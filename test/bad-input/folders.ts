/**
 * Folders that bad files are made in, and the whole files they are made from.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';

/** Absolute paths. */
export type Folders = {
  readonly root: string;
  /** An empty data folder. */
  readonly data: string;
  /** A whole pack. */
  readonly pack: string;
  /** A whole Llama checkpoint. */
  readonly causal: string;
  /** A whole ModernBERT checkpoint. */
  readonly masked: string;
};

/** A JSON value as a file has it: edited in place, then written again. */
export type JsonEdit = (value: Record<string, unknown>) => void;

/** Makes whole files in `root`. */
export async function makeFolders(root: string): Promise<Folders> {
  const { causalFolder, maskedFolder } = writeTinyCheckpoints(root, { seed: 5 });
  const data = join(root, 'data');
  const pack = join(root, 'pack');
  mkdirSync(data);
  await buildTinyPack({ causalFolder, maskedFolder, outFolder: pack });
  return { root, data, pack, causal: causalFolder, masked: maskedFolder };
}

/** A copy of `folder` with something done to it. */
export function changedCopy(
  { root }: Folders,
  folder: string,
  change: (copy: string) => void,
): string {
  const copy = mkdtempSync(join(root, 'case-'));
  cpSync(folder, copy, { recursive: true });
  change(copy);
  return copy;
}

/** Edits the JSON file at `path`. */
export function editJson(path: string, edit: JsonEdit): void {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  edit(value);
  writeFileSync(path, JSON.stringify(value));
}
