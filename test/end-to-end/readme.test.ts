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

/** What a shell prints, both streams, in the order of the README's terminal. */
function shell(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', `${command} 2>&1`],
      { cwd: root, env: { ...process.env, ...env } },
      (_, out) => resolve(out),
    );
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

describe('the README', () => {
  it.each(commands)('says what the terminal prints: $command', async ({ command, output }) => {
    const built = command.replace('npx --no-install lacuna', 'node dist/src/cli.js');
    expect(await shell(built, { DATA_DIR: folder.path })).toBe(output);
  });

  it('says what the stream is', async () => {
    const [example] = blocks('sh').filter((block) => block.startsWith('curl'));
    const [events] = blocks('text');
    const here = example?.replace('http://127.0.0.1:4000', server.url) ?? '';
    const printed = (await shell(here, {})).match(/^data: \{.*$/gm) ?? [];
    // Kernels differ between processors in the last bits.
    const rounded = (text: string | undefined) => text?.replace(/("logProb":-\d+\.\d{4})\d*/, '$1');
    expect(rounded(`${printed.join('\n')}\n`)).toBe(rounded(events));
  });

  it('has a library example that prints what it says', async () => {
    const [code = ''] = blocks('js');
    const says = code.match(/\/\/ (.*)/)?.[1];
    expect(await shell(`node --input-type=module -e ${JSON.stringify(code)}`, {})).toBe(
      `${says}\n`,
    );
  });
});
