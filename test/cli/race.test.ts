/**
 * The built command line: a race on the bundled models.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacuna-race-'));
  env = { DATA_DIR: join(folder, 'data') };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lacuna race', { timeout: 240_000 }, () => {
  it('fills with every entrant, and writes a picture of it', async () => {
    const out = join(folder, 'race.svg');
    const entrants = [
      '--entrant',
      'maria',
      '--entrant',
      'masked-lm commit=one-shot temperature=0.5',
    ];
    const args = ['race', 'Once upon a time, the [MASK:3] was <here>.', ...entrants];
    const { code, stdout, stderr } = await runCli([...args, '--seed', '7', '--out', out], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^maria {2}maria · seed 7 · 3 tokens · .*\nOnce upon a time, the .+ was <here>\.\n\nmasked-lm commit=one-shot temperature=0\.5 {2}masked-lm · seed 7 · 3 tokens · 1 pass · .*\nOnce upon a time, the .+ was <here>\.\n$/,
    );
    const picture = readFileSync(out, 'utf8');
    expect(picture).toContain('<title>Once upon a time, the [MASK:3] was &lt;here&gt;.</title>');
    expect(picture.match(/class="shade"/g)).toHaveLength(6);

    const again = await runCli([...args, '--out', out], env);
    expect(again).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: `lacuna: ${out} is there already; give another --out.\n`,
    });
  });

  it('tells everything that is wrong, entrant by entrant, and runs nothing', async () => {
    const spelt = await runCli(
      ['race', '[MASK]', '--entrant', 'mary', '--entrant', 'maria temperature=x nonsense'],
      env,
    );
    expect(spelt.code).toBe(2);
    expect(spelt.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^--entrant 1: There is no decoder "mary"; there are: /),
      '--entrant 2: "temperature=x" is not a number.',
      '--entrant 2: "nonsense" is not of the form key=value.',
    ]);
    const ranges = ['--entrant', 'maria temperature=9', '--deadline', '0'];
    const refused = await runCli(['race', '[MASK]', ...ranges], env);
    expect(refused.code).toBe(2);
    expect(refused.stderr.trimEnd().split('\n').sort()).toEqual([
      expect.stringMatching(/^--deadline: deadlineMs is 0; /),
      expect.stringMatching(/^--entrant 1: .*temperature/),
      expect.stringMatching(/^--entrant: The comparison has 1 entrant; /),
    ]);
  });
});
