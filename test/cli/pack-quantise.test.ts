import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type TinyCheckpoints, writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { runPack as run } from './run-pack.ts';

const root = temporaryFolder();
let checkpoints: TinyCheckpoints;
beforeAll(() => {
  checkpoints = writeTinyCheckpoints(root, { seed: 1 });
});

const build = (name: string, ...flags: string[]) =>
  run(
    'build',
    ...['--causal', checkpoints.causalFolder, '--masked', checkpoints.maskedFolder],
    ...['--out', join(root, name), '--id', 'same', ...flags],
  );

describe('pack quantise', () => {
  it('makes the pack that building with its precision makes', async () => {
    await build('float');
    const built = await build('built', '--precision', 'int8');
    const out = join(root, 'quantised');
    const flags = ['--precision', 'int8', '--out', out, '--id', 'same'];
    const { output } = await run('quantise', join(root, 'float'), ...flags);
    expect(output).toContain('stored as int8 and f32');
    expect(output.split('\n').slice(1)).toEqual(built.output.split('\n').slice(1));
  });

  it('names the pack after its folder', async () => {
    await build('named');
    const { output } = await run(
      ...[
        'quantise',
        join(root, 'named'),
        '--precision',
        'int4',
        '--out',
        join(root, 'named-int4'),
      ],
    );
    expect(output).toContain('named-int4 1.0.0,');
  });

  it.each([[[]], [['--precision', 'f32']], [['--precision', 'int2']]])(
    'refuses to guess the precision: %s',
    async (flags) => {
      const out = join(root, 'never');
      await expect(run('quantise', join(root, 'float'), '--out', out, ...flags)).rejects.toThrow(
        /precision/,
      );
    },
  );
});
