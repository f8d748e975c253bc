/** Fills a folder without end, for a test that kills it; writes a line when it has begun. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolder } from '../../../src/packs/pack-folder.ts';

const [, , target = ''] = process.argv;

await createFolder(target, async (folder) => {
  writeFileSync(join(folder, 'half'), '');
  process.stdout.write('begun\n');
  return new Promise<void>((resolve) => setTimeout(resolve, 60_000));
});
