/**
 * The built command line with flags that are wrong in every way, and the bundled models.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir } from '../support/server-process.ts';
import { runCli } from './run-cli.ts';

let folder: ReturnType<typeof makeDataDir>;
let env: Record<string, string>;
beforeAll(() => {
  folder = makeDataDir();
  env = { DATA_DIR: folder.path };
});
afterAll(() => folder.remove());

/** Where each line of standard error says that something is wrong. */
const placesOf = (stderr: string) =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.split(': ')[0]);

describe('a command with wrong flags', { timeout: 60_000 }, () => {
  it.each([{ plan: ['--plan'] }, { plan: [] }])(
    'lists what is wrong with flags together with what the server finds, %j',
    async ({ plan }) => {
      const args = ['infill', 'A [MASK:0] and [MASK].', '--temperature', 'hot', '--samples', '99'];
      const named = [
        '--choices',
        '2=cat,elephantine',
        '--banned',
        '3=x',
        '--label',
        'x'.repeat(65),
      ];
      const decoder = ['--decoder', 'masked-lm', '--option', 'commit=never', '--option', 'k=0'];
      const more = ['--option', 'threshold=0.5', '--option', 'nothing=1', '--seed', 'x'];
      const { code, stdout, stderr } = await runCli(
        [...args, ...named, ...decoder, ...more, ...plan],
        env,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(placesOf(stderr)).toEqual([
        '--option',
        '--seed',
        '--temperature',
        'text',
        '--banned',
        'slot 2 (index 1)',
        '--option',
        '--option',
        '--samples',
        '--label',
      ]);
      expect(stderr).toContain('--option: "k" is 0; it must be at least 1.\n');
      expect(stderr).toContain('--option: There is no "nothing" here; there are: order, commit,');
      expect(stderr).toContain('The choice "elephantine" has ');
    },
  );

  it('lists what is wrong with the flags of a score together with what the server finds', async () => {
    const args = ['score', 'A [MASK] and [MASK:0] [MASK].', '--draws', 'many', '--seed', '-1'];
    const more = ['--fill', 'elephantine', '--fill', 'b', '--fill', '', '--option', 'draftWindow'];
    const { code, stdout, stderr } = await runCli([...args, ...more], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(placesOf(stderr)).toEqual([
      '--option',
      '--draws',
      '--seed',
      'text',
      'slot 1 (index 0)',
      'slot 3 (index 2)',
    ]);
    const unknown = ['--model', 'huge', '--decoder', 'none', '--fill', 'a', '--draws', '0'];
    const named = await runCli(['score', 'A [MASK:0].', ...unknown], env);
    expect(placesOf(named.stderr)).toEqual(['--model', '--decoder', 'text', '--draws']);
  });
});
