import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { infillEventFields } from '../../src/events.ts';
import { createApi } from '../support/run-operation.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
const operations = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);

it('the page about the API shows operations', () => {
  expect(operations).not.toEqual([]);
});

it('the page about the API shows the fragment as it is published', () => {
  expect(page).toContain(infillEventFields);
});

it.each(operations)('the page about the API shows valid operations: %s', (text) => {
  expect(validate(createApi().schema, parse(text))).toEqual([]);
});
