import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTextFile } from '../../src/cli/text-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
const path = join(root, 'text.txt');

describe('a text file', () => {
  it('has the name, the hash and the size of its file', async () => {
    // The mark in front is no part of the text.
    writeFileSync(path, '\u{feff}abc');
    expect(await readTextFile(path)).toEqual({
      name: 'text.txt',
      sha256: '1c28dc3f1f804a1ad9c9b4b4cf5e2658d16ad4ed08e3020d04a8d2865018947c',
      sizeBytes: 6,
      text: 'abc',
    });
  });

  it('of more than 64 MiB is refused unread', async () => {
    writeFileSync(path, 'abc');
    truncateSync(path, 2 ** 26 + 1);
    await expect(readTextFile(path)).rejects.toThrow(/has 67108865 bytes; the limit is 67108864/);
  });

  it.each([
    ['is not there', join(root, 'none.txt')],
    ['is a folder', root],
  ])('that %s is named', async (_, name) => {
    await expect(readTextFile(name)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(`${name} cannot be read: `),
    });
  });

  it('of spaces alone has no text', async () => {
    writeFileSync(path, ' \n ');
    await expect(readTextFile(path)).rejects.toThrow('has no text');
  });
});
