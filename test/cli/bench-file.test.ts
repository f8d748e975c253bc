import { describe, expect, it } from 'vitest';
import { benchmarkInputOf, type Names, placeInFile } from '../../src/cli/bench-file.ts';
import { formOf } from '../../src/cli/export-form.ts';
import type { InfillError } from '../../src/errors.ts';

const names = {
  datasets: [{ id: 'RGF0', name: 'stories', title: 'Stories', itemCount: 2 }],
  models: [{ id: 'TW9k', name: 'small' }],
} as unknown as Names;

const read = (text: string) => benchmarkInputOf(text, 'run.yaml', names);

function refusalOf(text: string): InfillError {
  try {
    read(text);
  } catch (error) {
    return error as InfillError;
  }
  throw new Error('It was not refused.');
}

const rest = 'dataset: stories\nmaskings: [middle-sentence]\n';

describe('the file of a benchmark', () => {
  it('names datasets, models, decoders and maskings', () => {
    const text = `${rest}seed: 9223372036854775807\nentrants: [{label: a, model: small, decoder: maria, options: {draftWindow: 4}}, {label: b}]`;
    expect(read(text.replace('9223372036854775807', '"9223372036854775807"'))).toEqual({
      name: null,
      dataset: 'RGF0',
      maskings: [{ name: 'middle-sentence' }],
      entrants: [
        {
          label: 'a',
          model: 'TW9k',
          decoder: { plugin: { name: 'maria', options: { draftWindow: 4 } } },
          sampling: null,
        },
        { label: 'b', model: null, decoder: null, sampling: null },
      ],
      items: null,
      seed: '9223372036854775807',
    });
  });

  it('may be JSON', () => {
    expect(read('{"dataset": "RGF0", "maskings": [], "entrants": []}').dataset).toBe('RGF0');
  });

  it('is told everything that is wrong with it', () => {
    const { problems } = refusalOf(
      'dataset: 1\nmaskings: word\nentrants: [{decoder: maria}]\nodd: 1',
    );
    expect(problems.map(({ path }) => path.join('.'))).toEqual(
      expect.arrayContaining(['dataset', 'maskings', 'entrants.0.label', '']),
    );
    expect(problems.map(({ message }) => message)).toContain('run.yaml: Unrecognized key: "odd".');
  });

  it('is not half read', () => {
    expect(refusalOf('a: [').message).toMatch(/^run\.yaml is not YAML/);
  });

  it('is told all names that name nothing, and options of no decoder', () => {
    const { problems } = refusalOf(
      'dataset: tales\nmaskings: []\nentrants: [{label: a, model: large}, {label: b, options: {k: 1}}]',
    );
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'entrants.1.options',
      'dataset',
      'entrants.0.model',
    ]);
  });

  it('is told the ids of datasets that share a name', () => {
    const [stories] = names.datasets;
    const both = { ...names, datasets: [stories, { ...stories, id: 'RGF1' }] } as Names;
    const text = 'dataset: stories\nmaskings: []\nentrants: []';
    expect(() => benchmarkInputOf(text, 'run.yaml', both)).toThrow(
      '2 datasets are called "stories"; give the id of one: RGF0, RGF1.',
    );
    expect(benchmarkInputOf(text.replace('stories', 'RGF1'), 'run.yaml', both).dataset).toBe(
      'RGF1',
    );
  });

  it('is told what a seed is', () => {
    for (const seed of ['-1', '9223372036854775807', 'x']) {
      expect(refusalOf(`${rest}entrants: []\nseed: ${seed}`).message).toBe(
        'It must be a whole number from 0 to 2^63 − 1, above 2^53 in quotes.',
      );
    }
  });

  it('is refused where it grows by repeating itself', () => {
    const grown = Array.from({ length: 9 }, (_, n) =>
      n === 0 ? 'a0: &a0 [x, x]' : `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`,
    );
    expect(refusalOf(grown.join('\n')).message).toBe(
      'run.yaml repeats parts of itself more than 100 times.',
    );
  });

  it('is told in its own words what the server finds', () => {
    const places = [
      ['maskings', '0', 'name'],
      ['entrants', '1', 'decoder', 'plugin', 'name'],
      ['entrants', '1', 'decoder', 'plugin', 'options', 'k'],
      ['entrants', '1', 'sampling', 'topK'],
      ['items'],
    ];
    expect(places.map((place) => placeInFile(place).join('.'))).toEqual([
      'maskings.0',
      'entrants.1.decoder',
      'entrants.1.options.k',
      'entrants.1.sampling.topK',
      'items',
    ]);
  });

  it('names what there is where it names something else', () => {
    expect(refusalOf('dataset: tales\nmaskings: []\nentrants: []').message).toBe(
      'There is no dataset "tales"; there are: stories.',
    );
    expect(refusalOf(`${rest}entrants: [{label: a, model: large}]`).message).toBe(
      'There is no model "large"; there are: small.',
    );
  });
});

describe('the form of a report', () => {
  it('is the one asked for, else that of the file', () => {
    expect(formOf({ format: 'csv', out: 'a.html' })).toBe('csv');
    expect(formOf({ out: 'a.tex' })).toBe('latex');
    expect(formOf({ out: 'A.HTML' })).toBe('html');
    expect(formOf({})).toBe('markdown');
  });

  it('is not guessed from another ending', () => {
    for (const out of ['a.pdf', 'figures']) {
      expect(() => formOf({ out })).toThrow(`The ending of ${out} is none of .html, .md, .csv`);
    }
  });
});
