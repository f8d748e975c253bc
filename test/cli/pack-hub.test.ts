import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestHub, testCommit } from '../packs/hub/test-hub.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { runPackIn } from './run-pack.ts';

const root = temporaryFolder();
const sources = writeTinyCheckpoints(join(root, 'sources'), { seed: 1 });
const names = ['--causal', 'tiny/causal', '--masked', `tiny/masked@${testCommit}`];
let hub: TestHub;

beforeAll(async () => {
  const { causalFolder, maskedFolder } = sources;
  const folders = { 'tiny/causal': causalFolder, 'tiny/masked': maskedFolder };
  hub = await TestHub.start(new Map(Object.entries(folders)));
});
afterAll(() => hub.close());

const environment = () => ({
  HF_ENDPOINT: hub.endpoint,
  HF_HUB_CACHE: mkdtempSync(join(root, 'cache-')),
});

describe('pack build with names', () => {
  it('gives the pack that the folders give, and says where the models come from', async () => {
    const [fromNames, fromFolders] = [join(root, 'named'), join(root, 'foldered')];
    const env = environment();
    const { progress } = await runPackIn(
      { env, isTTY: false },
      'build',
      ...names,
      '--out',
      fromNames,
    );
    const folders = ['--causal', sources.causalFolder, '--masked', sources.maskedFolder];
    await runPackIn({ env, isTTY: false }, 'build', ...folders, '--out', fromFolders);
    const [named, foldered] = [fromNames, fromFolders].map((folder) =>
      JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8')),
    );
    expect(named.digest).toBe(foldered.digest);
    expect(named.provenance.checkpoints).toMatchObject([
      { role: 'causal', folder: `tiny/causal@${testCommit}` },
      { role: 'masked', folder: `tiny/masked@${testCommit}` },
    ]);
    expect(progress).toContain('Downloading tiny/causal model.safetensors\n');
  });

  it('shows how far a download is on a terminal', async () => {
    const out = join(root, 'shown');
    const options = { env: environment(), isTTY: true };
    const { progress } = await runPackIn(options, 'build', ...names, '--out', out);
    const last = progress.split('\r\u001B[2K').findLast((line) => line.includes('tiny/causal'));
    expect(last).toMatch(
      /^█{24} (?<size>[\d.]+ KiB) of \k<size>(?:, [\d.]+ [KMG]iB\/s, 0 s left)? {2}tiny\/causal model\.safetensors$/,
    );
    expect(progress.endsWith('\r\u001B[2K')).toBe(true);
  });

  it('downloads nothing for options that are wrong', async () => {
    const before = hub.seen.length;
    const build = ['build', ...names, '--out', join(root, 'x'), '--id', '../x'];
    await expect(runPackIn({ env: environment(), isTTY: false }, ...build)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    const taken = ['build', ...names, '--out', root, '--id', 'x'];
    await expect(runPackIn({ env: environment(), isTTY: false }, ...taken)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(hub.seen.length).toBe(before);
  });
});

describe('pack plan', () => {
  it('takes names, and leaves weights where they are', async () => {
    const before = hub.seen.length;
    const run = { env: environment(), isTTY: false };
    const { output, exitCode } = await runPackIn(run, 'plan', ...names);
    expect(exitCode).toBe(0);
    expect(output).toContain(`causal: tiny/causal@${testCommit}, LlamaForCausalLM\n`);
    expect(output).toContain('  288 ids in the pack, 4 of them banned from slots\n');
    expect(output).toContain(
      '288 × 64 weights and 288 biases, 18,720 in all:\n    73.1 KiB as f32, 38.6 KiB as f16, 26.1 KiB as int8, 17.6 KiB as int4\n',
    );
    expect(output).not.toContain('PROBLEMS');
    expect(hub.seen.slice(before).some(({ path }) => path.endsWith('.safetensors'))).toBe(false);
  });

  it('has no wide lines and no ragged columns', async () => {
    const run = { env: {}, isTTY: false };
    const { causalFolder, maskedFolder } = sources;
    const folders = ['--causal', causalFolder, '--masked', maskedFolder];
    const { output } = await runPackIn(run, 'plan', ...folders, '--context', '128');
    const lines = output.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(110);
    const memory = lines.slice(lines.indexOf('MEMORY') + 1, lines.indexOf('MEMORY') + 3);
    expect(memory[0]?.length).toBe(memory[1]?.length);
  });

  it('writes the same as JSON', async () => {
    const run = { env: {}, isTTY: false };
    const { output } = await runPackIn(run, 'plan', '--causal', sources.causalFolder, '--json');
    expect(JSON.parse(output)).toMatchObject({
      models: [{ role: 'causal', architecture: 'LlamaForCausalLM', parameters: { tied: true } }],
      fusion: null,
      problems: [],
    });
  });

  it('tells problems first and exits with 1', async () => {
    const folder = mkdtempSync(join(root, 'other-'));
    writeFileSync(join(folder, 'config.json'), '{"architectures":["T5Model"]}');
    const run = { env: {}, isTTY: false };
    const { output, exitCode } = await runPackIn(run, 'plan', '--causal', folder);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^PROBLEMS\n {2}Architecture T5Model of other-\w+ is not supported/);
  });
});
