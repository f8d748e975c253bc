/**
 * The README's examples, copied: what they print is what the README says.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const root = packageRoot();
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    ([, text = '']) => text,
  );

/** What a program prints, both streams. */
function printed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(program, args, options, (_, out, complaints) => resolve(out + complaints));
  });
}

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
beforeAll(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path);
}, 60_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const commands = blocks('console').flatMap((block) =>
  [...block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)].map(([, command = '', output = '']) => ({
    command,
    output,
  })),
);

describe('the README', { timeout: 60_000 }, () => {
  it.each(commands)('says what the terminal prints: $command', async ({ command, output }) => {
    const built = command.replace('npx --no-install lacuna', 'node dist/src/cli.js');
    expect(await printed('bash', ['-c', built], { DATA_DIR: folder.path })).toBe(output);
  });

  it('says what the stream is', async () => {
    const [example] = blocks('sh').filter((block) => block.startsWith('curl'));
    const [events] = blocks('text');
    const here = example?.replace('http://127.0.0.1:4000', server.url) ?? '';
    const stream = await printed('bash', ['-c', here]);
    // Kernels differ between processors in the last bits.
    const rounded = (text: string | undefined) => text?.replace(/("logProb":-\d+\.\d{4})\d*/, '$1');
    const shown = (stream.match(/^data: \{.*$/gm) ?? []).map((line) => `${line}\n`).join('');
    expect(rounded(shown)).toBe(rounded(events));
  });

  // Last of those with the server: a key closes it.
  it('has an example with a key that prints what it says', async () => {
    const [example = ''] = blocks('sh').filter((block) => block.startsWith('KEY='));
    const [answer] = blocks('json');
    const built = example
      .replace('npx --no-install lacuna', 'node dist/src/cli.js 2>/dev/null')
      .replace('http://127.0.0.1:4000', server.url);
    expect(await printed('bash', ['-c', built], { DATA_DIR: folder.path })).toBe(answer?.trim());
  });

  it('has a library example that prints what it says', async () => {
    const [code = ''] = blocks('js');
    const says = code.match(/\/\/ (.*)/)?.[1];
    expect(await printed(process.execPath, ['--input-type=module', '-e', code])).toBe(`${says}\n`);
  });
});
