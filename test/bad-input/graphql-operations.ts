/**
 * Operations and variables that are wrong, whatever the field.
 */
import type { Area, BadInput } from './answer.ts';
import { graphqlAnswer, resultFields } from './graphql-answer.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const nested = (depth: number) => `${'a { '.repeat(depth)}b${' }'.repeat(depth)}`;
const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: viewer { __typename }`).join(
  ' ',
);
const unknownRun = 'SW5maWxsOjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA==';

/** An operation, or what it is in a few words and the operation. */
const operations: readonly (string | readonly [words: string, query: string])[] = [
  '',
  '#',
  '{',
  '{ unknown }',
  '{ models }',
  '{ viewer { name: unknown } infill }',
  'query a { __typename } query a { __typename }',
  'query a { __typename } query b { __typename }',
  '{ ...f } fragment f on Query { ...f }',
  'query ($x: Int) { __typename }',
  'query ($x: None!) { node(id: $x) { id } }',
  '{ __typename @skip(unless: true) }',
  '{ __typename @stream }',
  'subscription { infillEvents(id: "x") { __typename } infill: __typename }',
  ['10,000 brackets', '{'.repeat(10_000)],
  ['fields 13 deep', `{ ${nested(13)} }`],
  ['31 aliases', `{ ${aliases} }`],
  ['21 directives', `{ __typename ${'@include(if: true) '.repeat(21)} }`],
  ['1,001 tokens', `{ ${'__typename '.repeat(1001)} }`],
  ['a number of 1,000 digits', `{ infills(first: ${'9'.repeat(1000)}) { totalCount } }`],
  '{ infills(first: -1) { totalCount } }',
  '{ infills(first: 101) { totalCount } }',
  '{ infills(first: 1, last: 1) { totalCount } }',
  '{ infills(first: 1, after: "?") { totalCount } }',
  '{ infills(filter: { createdAfter: "yesterday" }) { totalCount } }',
  '{ infills(filter: { createdAfter: "2025-02-30T00:00:00Z" }) { totalCount } }',
  '{ infills(filter: { statuses: [DONE] }) { totalCount } }',
  [
    'a filter of 101 labels',
    `{ infills(filter: { labels: [${'"a",'.repeat(101)}] }) { totalCount } }`,
  ],
  '{ infills(orderBy: { field: CREATED_AT, direction: UP }) { totalCount } }',
  ['101 ids of nodes', `{ nodes(ids: [${'"x",'.repeat(101)}]) { id } }`],
  [
    'cancelInfill(input: { id: "x" })',
    `mutation { cancelInfill(input: { id: "x" }) ${resultFields} }`,
  ],
  [
    'cancelInfill of an infill that there is not',
    `mutation { cancelInfill(input: { id: "${unknownRun}" }) ${resultFields} }`,
  ],
  'mutation { cancelInfill(input: {}) { __typename } }',
];

const inputQuery = `query ($input: InfillInput!) { planInfill(input: $input) ${resultFields} }`;

const json = JSON.stringify;
const half = '\\ud800';
const longSegments = Array(10_000).fill({ slot: {} });
const manyChoices = Array(1000).fill('a');

/** Variables as JSON, or what they are in a few words and the JSON. */
const variables: readonly (string | readonly [words: string, text: string])[] = [
  '{}',
  '[]',
  '"text"',
  '{"input": "text"}',
  '{"input": {"source": {"text": ["A"]}}}',
  '{"input": {"source": {"text": "A", "tokens": null}}}',
  '{"input": {"source": {"text": "A"}, "x": 1, "y": 2}}',
  '{"input": {"source": {"text": "A"}, "seed": 9007199254740993}}',
  '{"input": {"source": {"text": "A"}, "__proto__": {"samples": 2}}}',
  '{"input": {"source": {"text": "A"}, "labels": {"length": 1}}}',
  `{"input": {"source": {"text": "A ${half}"}, "labels": ["${half}"]}}`,
  `{"input": {"source": {"segments": [{"text": "${half}"}, {"slot": {"key": "${half}", "choices": ["${half}"], "banned": ["${half}"]}}]}}}`,
  '{"input": {"source": {"segments": [{"slot": {"key": "\\u0000"}}]}, "labels": ["\\u0000"]}}',
  ['5,000 token ids', json({ input: { source: { tokens: Array(5000).fill(7) } } })],
  ['10,000 slots', json({ input: { source: { segments: longSegments } } })],
  [
    '1,000 choices',
    json({ input: { source: { segments: [{ slot: { choices: manyChoices } }] } } }),
  ],
  ['200 wrong masks', json({ input: { source: { text: '[MASK:0]'.repeat(200) } } })],
  [
    'options nested 5,000 deep',
    `{"input":{"source":{"text":"A"},"decoder":{"plugin":{"name":"maria","options":${nestedJson(5000)}}}}}`,
  ],
];

/** Areas of what GraphQL itself refuses, and of fields that take no text. */
export const operationAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'Operations',
    about: 'As `query` of a POST.',
    inputs: operations.map((named) => {
      const [sent, query] = typeof named === 'string' ? [named, named] : named;
      return operationInput(sent === '' ? 'nothing' : sent, query, '{}');
    }),
  },
  {
    title: 'Variables',
    about:
      'As `variables` of a POST whose `query` takes `$input: InfillInput!`, or the text alone.',
    inputs: variables.map((named) => {
      const [sent, text] = typeof named === 'string' ? [named, named] : named;
      return operationInput(sent, inputQuery, text);
    }),
  },
];

function operationInput(sent: string, query: string, values: string): BadInput<ServerUnderTest> {
  return { sent, answer: async ({ ask }) => graphqlAnswer(await ask(query, values)) };
}

function nestedJson(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
