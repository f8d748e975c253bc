import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFolder } from '../src/import-folder.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lacuna-import-'));
  mkdirSync(join(root, 'in/sub'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'in/sub/good.txt'), 'one\r\ntwo\n');
  writeFileSync(join(root, 'in/separators.txt'), 'a\u2028b\rc\n\nd');
  // Characters of two bytes at odd places: wherever a file is read in pieces, one is cut.
  writeFileSync(join(root, 'in/long.txt'), `a${'ü'.repeat(2 ** 16)}\nend`);
  writeFileSync(join(root, 'in/cut.txt'), Buffer.from([0x61, 0xc3]));
  writeFileSync(join(root, 'in/latin-1.txt'), Buffer.from('für', 'latin1'));
  symlinkSync(join(root, 'secret.txt'), join(root, 'in/link.txt'));
  symlinkSync(join(root, 'in/sub'), join(root, 'in/inner'));
  writeFileSync(join(root, 'in/large.txt'), '');
  truncateSync(join(root, 'in/large.txt'), 64 * 2 ** 20 + 1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of importFolder(join(root, 'in'))(path)) lines.push(line);
  return lines;
}

describe('the import folder', () => {
  it('gives the lines of a file in it, however they end', async () => {
    expect(await linesOf('sub/good.txt')).toEqual(['one', 'two']);
    expect(await linesOf('inner/good.txt')).toEqual(['one', 'two']);
  });

  it('ends lines where those of a request end, and nowhere else', async () => {
    expect(await linesOf('separators.txt')).toEqual(['a\u2028b\rc', '', 'd']);
    expect(await linesOf('long.txt')).toEqual([`a${'ü'.repeat(2 ** 16)}`, 'end']);
  });

  it.each(['latin-1.txt', 'cut.txt'])('refuses %j, which is not UTF-8', async (path) => {
    await expect(linesOf(path)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `"${path}" is not UTF-8.`,
    });
  });

  it.each([
    '../secret.txt',
    'sub/../../secret.txt',
    'link.txt',
    'sub',
    '.',
    '',
    'missing.txt',
    'a\0b',
    'large.txt',
  ])('refuses %j', async (path) => {
    await expect(linesOf(path)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  // A file that Linux lets its process open, and not read at its start.
  it.runIf(process.platform === 'linux')('refuses what cannot be read', async () => {
    const read = async () => {
      for await (const _ of importFolder('/proc/self')('mem'));
    };
    await expect(read()).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: '"mem" cannot be read.',
    });
  });

  it('refuses absolute paths', async () => {
    await expect(linesOf(join(root, 'in/sub/good.txt'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
