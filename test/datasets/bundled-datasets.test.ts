/**
 * The texts in `datasets/` against what their README says of them.
 *
 * Reads the files as they lie there; knows no store and no loader.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonLine } from '../../src/benchmark/dataset-line.ts';
import { sentenceSpans, wordSpans } from '../../src/benchmark/text-units.ts';
import { packageRoot } from '../../src/package-root.ts';

type Written = { readonly id: string; readonly group: string | null; readonly text: string };

const folder = join(packageRoot(), 'datasets');
const sets = [
  { name: 'stories', least: 160, words: [45, 90], sentences: [5, 5] },
  { name: 'articles', least: 110, words: [70, 120], sentences: [4, 9] },
] as const;

function readLines(name: string): string[] {
  return readFileSync(join(folder, name, 'items.jsonl'), 'utf8').split('\n');
}

function readItems(name: string): Written[] {
  return readLines(name)
    .slice(0, -1)
    .map((line) => {
      const { item, faults } = readJsonLine(line);
      if (item === undefined || !('text' in item)) throw new Error(`${line}: ${faults?.join(' ')}`);
      return item;
    });
}

function sentencesOf(text: string): string[] {
  return sentenceSpans(text).map(({ start, end }) => text.slice(start, end));
}

function wordsOf(text: string): string[] {
  return wordSpans(text).map(({ start, end }) => text.slice(start, end).toLowerCase());
}

/** What occurs in more than `most` items, with the ids of those; an item counts once. */
function frequent(items: readonly Written[], partsOf: (text: string) => string[], most: number) {
  const ids = new Map<string, string[]>();
  for (const { id, text } of items) {
    for (const part of new Set(partsOf(text))) ids.set(part, [...(ids.get(part) ?? []), id]);
  }
  return [...ids].filter(([, found]) => found.length > most);
}

function sixWords(text: string): string[] {
  const words = wordsOf(text);
  return words.slice(5).map((_, start) => words.slice(start, start + 6).join(' '));
}

function offending(items: readonly Written[], isFine: (text: string) => boolean): string[] {
  return items.filter(({ text }) => !isFine(text)).map(({ id }) => id);
}

function within(count: number, [least, most]: readonly [number, number]): boolean {
  return count >= least && count <= most;
}

it('names every folder of datasets here', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  expect(new Set(folders.map(({ name }) => name))).toEqual(new Set(sets.map(({ name }) => name)));
});

describe.each(sets)('$name', ({ name, least, words, sentences }) => {
  const items = readItems(name);

  it('is described, with its licence', () => {
    const description: unknown = JSON.parse(
      readFileSync(join(folder, name, 'dataset.json'), 'utf8'),
    );
    expect(description).toEqual({
      name,
      title: expect.stringMatching(/\S/),
      description: expect.stringContaining(`${items.length} `),
      language: 'en',
      licence: 'CC0-1.0',
      source: 'Written for Lacuna',
    });
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(
      `| [${name}](${name}) | ${items.length} |`,
    );
  });

  it('is one object per line, in the order of its ids', () => {
    expect(readLines(name).at(-1)).toBe('');
    const prefix = { stories: 'story', articles: 'article' }[name];
    const expected = items.map((_, at) => `${prefix}-${String(at + 1).padStart(3, '0')}`);
    expect(items.map(({ id }) => id)).toEqual(expected);
    expect(items.length).toBeGreaterThanOrEqual(least);
  });

  it('has several items of each group', () => {
    for (const { group } of items) {
      expect(group).toMatch(/^[a-z]+(?: [a-z]+)*$/);
      expect(items.filter((other) => other.group === group).length).toBeGreaterThanOrEqual(4);
    }
  });

  it('has texts of the promised length', () => {
    expect(offending(items, (text) => within(wordSpans(text).length, words))).toEqual([]);
    expect(offending(items, (text) => within(sentenceSpans(text).length, sentences))).toEqual([]);
  });

  it('ends sentences with one mark, and has those marks nowhere else', () => {
    const marks = (text: string) => text.match(/[.!?]/g)?.length;
    expect(offending(items, (text) => marks(text) === sentencesOf(text).length)).toEqual([]);
    expect(offending(items, (text) => /[.!?]"?$/.test(text))).toEqual([]);
  });

  it('begins sentences with a capital and closes quotations within them', () => {
    const isWhole = (sentence: string) =>
      /^"?\p{Lu}/u.test(sentence) && sentence.split('"').length % 2 === 1;
    expect(offending(items, (text) => sentencesOf(text).every(isWhole))).toEqual([]);
  });

  it('is made of letters, digits, single spaces and plain ASCII marks', () => {
    const isPlain = (text: string) => /^(?:[\p{L}\d.,!?"':-]| (?! |$))+$/u.test(text);
    expect(offending(items, isPlain)).toEqual([]);
    expect(offending(items, (text) => text === text.trim().normalize('NFC'))).toEqual([]);
  });

  it('repeats no text and no sentence', () => {
    expect(new Set(items.map(({ text }) => text)).size).toBe(items.length);
    const all = items.flatMap(({ text }) => sentencesOf(text));
    expect(all.filter((sentence, at) => all.indexOf(sentence) < at)).toEqual([]);
  });

  it('shares no six words in a row between two texts', () => {
    expect(frequent(items, sixWords, 1)).toEqual([]);
  });

  it('has at most three texts with the same first two words', () => {
    const opening = (text: string) => [wordsOf(text).slice(0, 2).join(' ')];
    expect(frequent(items, opening, 3)).toEqual([]);
  });

  it('has neighbours of different groups', () => {
    const isAlone = ({ group }: Written, at: number) => items[at + 1]?.group !== group;
    const together = items.filter((item, at) => !isAlone(item, at)).map(({ id }) => id);
    expect(together).toEqual([]);
  });
});
