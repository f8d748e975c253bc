import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPack } from '../../src/packs/open-pack.ts';
import { damagedCopy, reseal } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';
import { tinyTokenizer } from '../support/tiny-tokenizer.ts';

const root = temporaryFolder();
const options = { device: 'cpu', threads: 1 } as const;
let whole = '';
beforeAll(async () => {
  whole = await writeTinyPack(root, { seed: 3 });
});

/** A copy of the pack, with right hashes, whose tokenizer is another. */
function withTokenizer(json: object): string {
  return damagedCopy(root, whole, (pack) => {
    writeFileSync(join(pack, 'tokenizer.json'), JSON.stringify(json));
    reseal(pack);
  });
}

describe('openPack', () => {
  it('opens models and tokenizer of one vocabulary', async () => {
    const pack = await openPack(whole, options);
    expect(pack.tokenizer.vocabularySize).toBe(pack.models.facts.vocabularySize);
    await pack.close();
  });

  it('refuses a tokenizer with fewer ids than the models', async () => {
    const { vocabularySize } = JSON.parse(readFileSync(join(whole, 'pack.json'), 'utf8'));
    const opening = openPack(withTokenizer(tinyTokenizer(vocabularySize - 1)), options);
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: `tokenizer.json has ${vocabularySize - 1} ids; the models of the pack have ${vocabularySize}.`,
    });
  });

  it('refuses a tokenizer that has no token for the beginning of a word', async () => {
    const { vocabularySize } = JSON.parse(readFileSync(join(whole, 'pack.json'), 'utf8'));
    const json = tinyTokenizer(vocabularySize);
    const entries = Object.entries(json.model.vocab);
    json.model.vocab = Object.fromEntries(
      entries.map(([token, id]) => [token.length > 1 ? token.replace('Ġ', 'q') : token, id]),
    );
    json.model.merges = json.model.merges.filter(([left]) => left !== 'Ġ');
    await expect(openPack(withTokenizer(json), options)).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: expect.stringContaining('begins with a space'),
    });
  });
});
