import { describe, expect, it } from 'vitest';
import { type DatasetFormat, DatasetReader } from '../../src/benchmark/dataset-reader.ts';
import type { InfillError } from '../../src/errors.ts';

function read(format: DatasetFormat, text: string) {
  const reader = new DatasetReader(format);
  for (const line of text.split('\n')) reader.add(line);
  return reader.finish();
}

function messagesOf(format: DatasetFormat, text: string): string[] {
  try {
    read(format, text);
    return [];
  } catch (error) {
    return (error as InfillError).problems.map(({ message }) => message);
  }
}

describe('a dataset', () => {
  it('has paragraphs as items, their lines joined', () => {
    const { items } = read('TEXT', '\uFEFFOne\n  two\n\n\nthree\n');
    expect(items).toEqual([
      { id: '1', group: null, text: 'One two' },
      { id: '2', group: null, text: 'three' },
    ]);
  });

  it('has lines as items, empty ones left out', () => {
    const { items } = read('LINES', 'a b\n\n c \n');
    expect(items.map((item) => 'text' in item && item.text)).toEqual(['a b', 'c']);
  });

  it('has texts and templates from JSON, other fields left alone', () => {
    const { items } = read(
      'JSONL',
      '{"id": 7, "text": "a", "other": 1}\n{"id": "b", "group": "g", "template": "a [MASK]", "gold": "c"}',
    );
    expect(items).toEqual([
      { id: '7', group: null, text: 'a' },
      { id: 'b', group: 'g', template: 'a [MASK]', gold: ['c'] },
    ]);
  });

  it('has a digest of its items, however they were written', () => {
    const lines = read('LINES', 'a\nb').digest;
    expect(read('TEXT', 'a\n\nb').digest).toBe(lines);
    expect(read('JSONL', '{"text":"a","id":"1"}\n{"id":"2","text":"b"}').digest).toBe(lines);
    expect(read('LINES', 'b\na').digest).not.toBe(lines);
  });

  it('is refused with the line of each fault', () => {
    const text = [
      'x',
      '{"text": "a"}',
      '{"id": "1", "text": " "}',
      '{"id": "2", "template": "[MASK] [MASK]", "gold": ["a"]}',
      '{"id": "3", "template": "a", "gold": []}',
      '{"id": "4", "text": "a", "gold": "b"}',
      '{"id": "5", "template": "a [MASK]", "gold": " b"}',
      '{"id": "6", "text": "a"}',
      '{"id": "6", "text": "b"}',
      '{"id": "7", "text": "\\ud800"}',
    ].join('\n');
    const lines = messagesOf('JSONL', text).map((message) => message.slice(0, 7).trim());
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10].map((line) => `Line ${line}:`.slice(0, 7)));
  });

  it('tells the first twenty faults and how many more there are', () => {
    const messages = messagesOf('JSONL', Array<string>(25).fill('x').join('\n'));
    expect(messages.length).toBe(21);
    expect(messages.at(-1)).toBe('Not listed: 5 more problems.');
  });

  it('is not empty', () => {
    expect(messagesOf('LINES', '\n\n')).toEqual(['Line 3: No item was found before its end.']);
  });

  it('has at most twenty thousand items', () => {
    const lines = Array.from({ length: 20_001 }, (_, index) => `${index}`).join('\n');
    expect(messagesOf('LINES', lines)).toEqual([
      'Line 20001: It is beyond the limit of 20000 items.',
    ]);
  });
});
