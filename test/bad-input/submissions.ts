/**
 * Terms of submission, deletions and tokens for browsers that are wrong.
 */
import type { Area } from './answer.ts';
import { graphqlAnswer, resultFields } from './graphql-answer.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const source = 'source: {text: "A [MASK]."}';
const unknownRun = 'SW5maWxsOjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA==';

/** Operations without their kind. */
const operations: readonly (string | readonly [words: string, operation: string])[] = [
  `submitInfill(input: {${source}, deadlineMs: 0})`,
  `submitInfill(input: {${source}, deadlineMs: 86400001})`,
  `submitInfill(input: {${source}, deadlineMs: 1.5})`,
  `submitInfill(input: {${source}, waitMs: 5})`,
  `infill(input: {${source}, waitMs: -1})`,
  `infill(input: {${source}, waitMs: 600001})`,
  `submitInfill(input: {${source}, onDisconnect: STOP})`,
  `submitInfill(input: {${source}, store: SOME})`,
  `submitInfill(input: {${source}, idempotencyKey: ""})`,
  `submitInfill(input: {${source}, idempotencyKey: "a\\u0000b"})`,
  `submitInfill(input: {${source}, idempotencyKey: "two\\nlines"})`,
  [
    'submitInfill with an idempotencyKey of 129 characters',
    `submitInfill(input: {${source}, idempotencyKey: "${'k'.repeat(129)}"})`,
  ],
  `submitInfill(input: {${source}, supersedes: "x"})`,
  [
    'submitInfill that supersedes an infill that there is not',
    `submitInfill(input: {${source}, supersedes: "${unknownRun}"})`,
  ],
  [
    'infill with deadlineMs: 0, waitMs: -1, idempotencyKey: "", samples: 0',
    `infill(input: {${source}, deadlineMs: 0, waitMs: -1, idempotencyKey: "", samples: 0})`,
  ],
  'deleteInfills(input: {})',
  'deleteInfills(input: {ids: []})',
  'deleteInfills(input: {ids: ["x"]})',
  ['deleteInfills of 101 ids', `deleteInfills(input: {ids: [${'"x",'.repeat(101)}]})`],
  [
    'deleteInfills of an infill that there is not',
    `deleteInfills(input: {ids: ["${unknownRun}"]})`,
  ],
  'deleteInfills(input: {finishedBefore: "yesterday"})',
  'mintClientToken(input: {ttlSeconds: 60, costBudget: 5, origins: []})',
  'mintClientToken(input: {ttlSeconds: 0, costBudget: 0, origins: ["*"]})',
  'mintClientToken(input: {ttlSeconds: 3601, costBudget: 1000001, origins: ["https://evil.example"]})',
];

/** Areas of what concerns an infill from outside. */
export const submissionAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'Submissions, deletions and tokens',
    about: 'As mutations.',
    inputs: operations.map((named) => {
      const [sent, operation] = typeof named === 'string' ? [named, named] : named;
      const query = `mutation { ${operation} ${resultFields} }`;
      return { sent, answer: async ({ ask }) => graphqlAnswer(await ask(query)) };
    }),
  },
];
