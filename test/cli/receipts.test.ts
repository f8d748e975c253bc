/**
 * The built command line: an infill, its receipt, and its replay.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/service/input-digest.ts';
import { bundledId } from '../support/bundled-pack.ts';
import { runCli } from './run-cli.ts';

const text = 'Once upon a time there was a [MASK:3] who lived in the [MASK:1-3].';

let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacuna-receipts-'));
  env = { DATA_DIR: join(folder, 'data') };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Changes a receipt, and gives it the digest of what it then says. */
function changed(path: string, change: (receipt: Record<string, unknown>) => object): string {
  const { digest: _, ...receipt } = JSON.parse(readFileSync(path, 'utf8'));
  const other = { ...receipt, ...change(receipt) };
  const target = join(folder, `${Object.keys(change(receipt)).join('-')}.json`);
  writeFileSync(target, JSON.stringify({ ...other, digest: digestOf(other) }));
  return target;
}

describe('lacuna receipt and lacuna replay', { timeout: 240_000 }, () => {
  it('give the same tokens again, and tell where they would not', async () => {
    const options = ['--seed', '11', '--temperature', '0.9', '--top-k', '50', '--json'];
    const filled = await runCli(['infill', text, ...options], env);
    const { id } = JSON.parse(filled.stdout);
    const path = join(folder, 'receipt.json');
    expect(await runCli(['receipt', id, '--out', path], env)).toMatchObject({
      code: 0,
      stdout: '',
    });
    const receipt = JSON.parse(readFileSync(path, 'utf8'));
    const count = receipt.tokens.length;
    expect(receipt.tokens).toHaveLength(JSON.parse(filled.stdout).usage.openTokens);
    expect(receipt.writtenBy).toMatchObject({ node: process.version });

    const same = await runCli(['replay', path], env);
    expect(same).toMatchObject({
      code: 0,
      stdout: `${count} of ${count} tokens identical; log-probabilities too\n`,
    });
    const again = await runCli(['receipt', id, '--out', path], env);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') });

    const otherSeed = changed(path, ({ request }) => ({
      request: { ...(request as object), seed: '12' },
    }));
    const other = await runCli(['replay', otherSeed], env);
    expect(other.code).toBe(1);
    expect(other.stdout).toMatch(
      /^\d of \d tokens identical; token \d differs:\n {2}receipt: ".*", id \d+, at position \d+, log-probability -\d.*\n {2}replay: .*\n$/,
    );

    const otherPack = changed(path, () => ({ pack: { id: bundledId, digest: '00' } }));
    const refused = await runCli(['replay', otherPack], env);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Only the same pack gives the same tokens.'),
    });
  });

  it('say what there is no receipt of', async () => {
    const unknown = await runCli(['receipt', '00000000-0000-7000-8000-000000000000'], env);
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no infill'),
    });
  });
});
