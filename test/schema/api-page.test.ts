import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { infillEventFields } from '../../src/events.ts';
import { createApi } from '../support/run-operation.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const operationsOf = (page: string) =>
  [...textOf(page).matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);

it('the page about the API shows the fragment as it is published', () => {
  expect(textOf('docs/api.md')).toContain(infillEventFields);
});

describe.each(['README.md', 'docs/api.md', 'docs/datasets.md'])('%s', (page) => {
  const operations = operationsOf(page);

  it('shows operations', () => {
    expect(operations).not.toEqual([]);
  });

  it.each(operations)('shows a valid one: %s', (text) => {
    expect(validate(createApi().schema, parse(text))).toEqual([]);
  });
});
