/**
 * `lacuna pack train` of the built command line, ended by signals and gone on with.
 */
import { on } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';
import { type CliProcess, runCli, startCli } from './run-cli.ts';

const root = temporaryFolder();
let pack = '';
let text = '';
beforeAll(async () => {
  pack = await writeTinyPack(root, { seed: 3 });
  text = join(root, 'prose.txt');
  const sentences = ['the hen ran to the red shed. ', 'a man sat in a tin can. '];
  const documents = Array.from(
    { length: 60 },
    (_, i) => `${(sentences[i % 2] ?? '').repeat(3)}${i}`,
  );
  writeFileSync(text, documents.join('\n\n'));
});

/** Enough work for a signal to come in the middle of each part. */
const amounts = ['--examples', '500', '--length', '32', '--batch', '80', '--epochs', '12'];
const looks = ['--held-out', '0.2', '--held-out-examples', '2', '--evaluate-every', '60'];

function argsOf(out: string): string[] {
  const all = [...amounts, ...looks, '--patience', '1000', '--id', 'trained'];
  return ['pack', 'train', pack, '--text', text, '--out', out, ...all];
}

/** Starts a training and waits until some of its features are on disk. */
async function startedFeatures(out: string): Promise<CliProcess> {
  const folder = `${out}.training`;
  mkdirSync(folder);
  const changes = watch(folder);
  const run = startCli(argsOf(out), {});
  for await (const _ of changes) {
    if (featureBytes(folder) > 0) break;
  }
  return run;
}

function featureBytes(folder: string): number {
  const name = readdirSync(folder).find((each) => each.endsWith('-features.bin'));
  return name === undefined ? 0 : statSync(join(folder, name)).size;
}

/** Goes on with a training and waits until it tells of a step. */
async function resumedUntil(out: string, step: number): Promise<CliProcess> {
  const run = startCli([...argsOf(out), '--resume'], {});
  let output = '';
  for await (const chunk of on(run.child.stdout ?? process.stdin, 'data')) {
    output += String(chunk);
    if (output.includes(`step ${step} of`)) break;
  }
  return run;
}

/** Ends a command by a signal and tells how it ended. */
async function endedBy(run: CliProcess, signal: NodeJS.Signals) {
  run.child.kill(signal);
  const { code, stdout, stderr } = await run.result;
  return { code, signal: run.child.signalCode, stdout, stderr };
}

describe('a training that is interrupted', { timeout: 240_000 }, () => {
  it('reaches the bytes of one that was not, wherever it was interrupted', async () => {
    const [straight, out] = [join(root, 'straight'), join(root, 'stopped')];
    const undisturbed = runCli(argsOf(straight), {});
    const soon = 'Stopping after what is being done; another signal ends it now.\n';
    const said = `${soon}Stopped; what was done is in ${out}.training. Go on with --resume.\n`;

    const first = await startedFeatures(out);
    expect(await endedBy(first, 'SIGINT')).toMatchObject({ code: 130, stdout: '', stderr: said });
    const second = await resumedUntil(out, 0);
    expect(await endedBy(second, 'SIGTERM')).toMatchObject({ code: 143, stderr: said });
    const third = await resumedUntil(out, 60);
    expect(await endedBy(third, 'SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(out)).toBe(false);

    const last = await runCli([...argsOf(out), '--resume'], {});
    expect(last).toMatchObject({ code: 0, stderr: '' });
    expect(await undisturbed).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['fusion.bin', 'loss-curve.svg', 'pack.json']) {
      const [a, b] = [straight, out].map((folder) => readFileSync(join(folder, name)));
      expect(b?.equals(a ?? Buffer.alloc(0)), name).toBe(true);
    }
  });

  it('is not gone on with unasked, nor with other options', async () => {
    const out = join(root, 'asked');
    const run = await startedFeatures(out);
    expect(await endedBy(run, 'SIGINT')).toMatchObject({ code: 130 });
    const bytes = featureBytes(`${out}.training`);
    const unasked = await runCli(argsOf(out), {});
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--resume') });
    for (const [flag, value, had] of [
      ['--seed', '7', '0'],
      ['--rate', '0.5', '0.001'],
    ] as const) {
      const other = await runCli([...argsOf(out), '--resume', flag, value], {});
      const said = `has ${flag} ${had} (not ${value})`;
      expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
    }
    expect(featureBytes(`${out}.training`)).toBe(bytes);
  });
});
