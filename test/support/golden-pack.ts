/**
 * Packs of one golden checkpoint each, and what the reference implementation computed for it.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../src/packs/checkpoint/checkpoint.ts';
import {
  type ExpectedSequence,
  readExpectedResults,
} from '../../src/packs/checkpoint/expected-results.ts';
import { planRole } from '../../src/packs/draw-role.ts';
import { buildTinyPack } from './tiny-pack.ts';
import { tinyTokenizer } from './tiny-tokenizer.ts';

const golden = join(import.meta.dirname, '../fixtures/golden');

/** Names of the golden checkpoints. */
export const goldenNames = readdirSync(golden, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** A pack with the one role that a golden checkpoint has. */
export type GoldenPack = {
  readonly folder: string;
  readonly role: 'causal' | 'masked';
  readonly expected: readonly ExpectedSequence[];
};

/** Builds the pack of a golden checkpoint in `root`; a tokenizer is made up for it. */
export async function buildGoldenPack(name: string, root: string): Promise<GoldenPack> {
  const checkpoint = join(root, name);
  cpSync(join(golden, name), checkpoint, { recursive: true });
  const path = join(checkpoint, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  // One of them has an end that is beyond its vocabulary.
  writeFileSync(path, JSON.stringify({ ...config, bos_token_id: 1, eos_token_id: 2 }));
  const tokenizer = JSON.stringify(tinyTokenizer(config.vocab_size));
  writeFileSync(join(checkpoint, 'tokenizer.json'), tokenizer);
  const { architecture, plan } = planRole(await openCheckpoint(checkpoint));
  const { sequences } = await readExpectedResults(checkpoint, plan);
  const { role } = architecture;
  const folder = `${checkpoint}-pack`;
  await buildTinyPack({ [`${role}Folder`]: checkpoint, outFolder: folder });
  return { folder, role, expected: sequences };
}
