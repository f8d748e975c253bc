import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fitted,
  openUnits,
  readWordPassages,
  tokensOf,
  type WordPassage,
} from '../../bench/word-passages.ts';
import { openPack, type Pack } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack, writeTinyPack } from '../support/tiny-pack.ts';
import { tinyTokenizer } from '../support/tiny-tokenizer.ts';

const root = temporaryFolder();

function fileOf(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

/** One that cuts nothing before it merges, and then the end of a word with the space of the next one first. */
function crossingTokenizer() {
  const { model, pre_tokenizer, ...rest } = tinyTokenizer(287);
  const vocab = { ...model.vocab, eĠ: 287 };
  return {
    ...rest,
    pre_tokenizer: { ...pre_tokenizer, use_regex: false },
    model: { ...model, vocab, merges: [['e', 'Ġ'], ...model.merges] },
  };
}

const textOf = ({ units }: WordPassage) => units.join('');
const passageOf = (...units: string[]): WordPassage => ({ source: 'text.txt', document: 0, units });

describe('passages of whole words', () => {
  it('begin at sentences, have whole words, and follow one another', () => {
    const file = fileOf('one.txt', 'A hen ran. It sat down, “so”. Then it ran 42 times; the end!');
    const passages = readWordPassages({ files: [file], perFile: 9, characters: 20 });
    expect(passages.map(textOf)).toEqual(['A hen ran. It sat', 'Then it ran 42 times']);
    expect(passages[1]?.units).toEqual(['Then', ' it', ' ran', ' 42', ' times']);
    expect(passages[0]).toMatchObject({ source: 'one.txt', document: 0 });
  });

  it('keep line breaks and marks, so that joined they are the text', () => {
    const text = "It's “here”,\n  said 7 hens - a ragged lot.";
    const file = fileOf('marks.txt', text);
    const [passage] = readWordPassages({ files: [file], perFile: 1, characters: text.length });
    expect(passage && textOf(passage)).toBe(text);
    expect(passage?.units.slice(0, 3)).toEqual(['It', "'s", ' “']);
  });

  it('leave out what is shorter than half, and name the document', () => {
    const file = fileOf('many.txt', 'Too short.\n\nA document that is long enough.\n\nNo.');
    const passages = readWordPassages({ files: [file], perFile: 9, characters: 40 });
    expect(passages.map((passage) => [passage.document, textOf(passage)])).toEqual([
      [1, 'A document that is long enough.'],
    ]);
  });

  it('are taken at even distances, so many of each file', () => {
    const documents = Array.from({ length: 12 }, (_, index) => `Document ${index} of the file.`);
    const files = ['a.txt', 'b.txt'].map((name) => fileOf(name, documents.join('\n\n')));
    const passages = readWordPassages({ files, perFile: 3, characters: 30 });
    expect(passages.map(({ source, document }) => `${source} ${document}`)).toEqual([
      'a.txt 0',
      'a.txt 4',
      'a.txt 8',
      'b.txt 0',
      'b.txt 4',
      'b.txt 8',
    ]);
  });
});

describe('open words', () => {
  const passage = passageOf(...Array.from({ length: 40 }, (_, index) => ` word${index}`));

  it('are as many as the rate says, at least one, and those of a lower rate among them', () => {
    let before = new Set<number>();
    for (const [rate, count] of [
      [0.001, 1],
      [0.1, 4],
      [0.5, 20],
      [0.9, 36],
      [1, 40],
    ] as const) {
      const open = openUnits(passage, 3, rate);
      expect(open.size).toBe(count);
      expect([...before].every((unit) => open.has(unit))).toBe(true);
      expect([...open].every((unit) => unit >= 0 && unit < 40)).toBe(true);
      before = open;
    }
  });

  it('are the same for a passage each time, and others for another', () => {
    expect(openUnits(passage, 3, 0.5)).toEqual(openUnits(passage, 3, 0.5));
    expect(openUnits(passage, 3, 0.5)).not.toEqual(openUnits(passage, 4, 0.5));
  });
});

describe('words as tokens of a pack', () => {
  let small: Pack;
  let large: Pack;
  let crossing: Pack;
  beforeAll(async () => {
    const folders = ['small', 'large', 'crossing'].map((name) => join(root, name));
    const [smallFolder = '', largeFolder = '', crossingFolder = ''] = folders;
    small = await openPack({ folder: await writeTinyPack(smallFolder, { seed: 1 }) });
    large = await openPack({
      folder: await writeTinyPack(largeFolder, { seed: 1, vocabularySize: 320 }),
    });
    const checkpoints = writeTinyCheckpoints(crossingFolder, { seed: 1 });
    for (const folder of [checkpoints.causalFolder, checkpoints.maskedFolder]) {
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(crossingTokenizer()));
    }
    const outFolder = join(crossingFolder, 'pack');
    await buildTinyPack({ ...checkpoints, outFolder });
    crossing = await openPack({ folder: outFolder });
  });
  afterAll(() => Promise.all([small.close(), large.close(), crossing.close()]));

  it('are open for every pack where the word is, however many tokens it has there', () => {
    const passage = passageOf('the', ' hen', ' ran');
    const open = new Set([1]);
    for (const pack of [small, large]) {
      const { tokens, targets } = tokensOf(pack, passage, open);
      const byUnit = passage.units.map((text) => [...pack.engine.tokenize(text).ids]);
      const [the = [], hen = [], ran = []] = byUnit;
      expect(tokens).toEqual([...the, ...hen.map(() => null), ...ran]);
      expect(targets).toEqual(hen);
    }
  });

  it('are cut to what fits every pack, at a word', () => {
    const passage = passageOf(...Array.from({ length: 9 }, () => ' cats'));
    const counts = [small, large].map(({ engine }) => engine.tokenize(' cats').ids.length);
    const most = Math.max(...counts);
    expect(Math.min(...counts)).toBeLessThan(most);
    expect(fitted(passage, [small, large], 3 * most).units).toHaveLength(3);
    expect(fitted(passage, [small, large], 4 * most - 1).units).toHaveLength(3);
    expect(fitted(passage, [small, large], 99).units).toHaveLength(9);
  });

  it('are refused where the tokenizer cuts across words', () => {
    const passage = passageOf('the', ' hen');
    expect(() => tokensOf(crossing, passage, new Set([0]))).toThrow(
      /cuts across words in: the hen/,
    );
  });
});
