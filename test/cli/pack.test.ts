import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { runPack as run } from './run-pack.ts';

const root = temporaryFolder();
const golden = join(import.meta.dirname, '../fixtures/golden');

describe('pack verify', () => {
  it.each(['llama-gqa', 'modernbert'])('passes %s within the default tolerance', async (name) => {
    const { output, exitCode } = await run('verify', join(golden, name));
    expect(exitCode).toBe(0);
    expect(output).toMatch(/hidden {2}\d\.\d\de-\d\n {2}logits {2}\d\.\d\de-\d\nwithin/);
  });

  it('fails one whose reference is another', async () => {
    const folder = join(root, 'wrong');
    cpSync(join(golden, 'llama-gqa'), folder, { recursive: true });
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, rope_theta: 9000 }));
    const { output, exitCode } = await run('verify', folder);
    expect(exitCode).toBe(1);
    expect(output).toContain('beyond the tolerance of 0.0002');
  });

  it('fails one whose reference differs in its last number alone', async () => {
    const folder = join(root, 'last');
    cpSync(join(golden, 'modernbert'), folder, { recursive: true });
    const path = join(folder, 'expected.safetensors');
    const bytes = readFileSync(path);
    bytes.writeFloatLE(bytes.readFloatLE(bytes.length - 4) + 0.5, bytes.length - 4);
    writeFileSync(path, bytes);
    const { output, exitCode } = await run('verify', folder);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/hidden {2}\d\.\d\de-6\n {2}logits {2}5\.00e-1/);
  });

  it('fails a reference that is not a number', async () => {
    const folder = join(root, 'nan');
    cpSync(join(golden, 'modernbert'), folder, { recursive: true });
    const path = join(folder, 'expected.safetensors');
    const bytes = readFileSync(path);
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    writeFileSync(path, bytes);
    expect((await run('verify', folder)).exitCode).toBe(1);
  });

  it('fails a difference that no tolerance of zero allows', async () => {
    const { exitCode } = await run('verify', join(golden, 'modernbert'), '--tolerance', '0');
    expect(exitCode).toBe(1);
  });

  it('throws for a folder that holds no reference', async () => {
    const { causalFolder } = writeTinyCheckpoints(join(root, 'bare'), { seed: 1 });
    await expect(run('verify', causalFolder)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
  });

  it.each(['-1', 'x', '', 'NaN'])('refuses the tolerance "%s"', async (tolerance) => {
    await expect(run('verify', golden, '--tolerance', tolerance)).rejects.toThrow('at least 0');
  });
});

describe('pack build', () => {
  it('builds and says what it built', async () => {
    const { causalFolder, maskedFolder } = writeTinyCheckpoints(join(root, 'both'), { seed: 1 });
    const out = join(root, 'built');
    const folders = ['--causal', causalFolder, '--masked', maskedFolder, '--out', out];
    const { output } = await run('build', ...folders, '--id', 'tiny', '--masked-context', '64');
    expect(output).toContain(`${out}: tiny 1.0.0, `);
    expect(output).toContain('ModernBertForMaskedLM');
    const manifest = JSON.parse(readFileSync(join(out, 'pack.json'), 'utf8'));
    expect(manifest).toMatchObject({
      digest: output.trim().split(' ').at(-1),
      provenance: { tool: 'lacuna 0.0.0-test', builtAt: null },
      roles: { masked: { trainedContextLength: 64 } },
    });
  });

  it('is called like its folder when no id is given', async () => {
    const { causalFolder } = writeTinyCheckpoints(join(root, 'alone'), { seed: 1 });
    const out = join(root, 'my-pack');
    const { output } = await run('build', '--causal', causalFolder, '--out', `${out}/`);
    expect(output).toContain(': my-pack 1.0.0, ');
  });

  it.each([
    ['--storage', 'f8'],
    ['--causal-context', '0'],
    ['--masked-context', '1e3'],
    ['--surprise', 'x'],
  ])('refuses %s %s', async (option, value) => {
    const out = join(root, 'refused');
    await expect(run('build', '--out', out, '--id', 'x', option, value)).rejects.toThrow();
    expect(existsSync(out)).toBe(false);
  });

  it('refuses to build from nothing', async () => {
    const build = run('build', '--out', join(root, 'none'), '--id', 'x');
    await expect(build).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('refuses an id that is no name', async () => {
    const { causalFolder } = writeTinyCheckpoints(join(root, 'named'), { seed: 1 });
    const build = run('build', '--causal', causalFolder, '--out', join(root, 'x'), '--id', '../x');
    await expect(build).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(existsSync(join(root, 'x'))).toBe(false);
  });
});
