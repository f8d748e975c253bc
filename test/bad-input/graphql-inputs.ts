/**
 * Inputs of the operations on a text, as GraphQL literals. Each is sent to everything that takes it, and must be answered
 * the same by all.
 */
import { expect } from 'vitest';
import type { Answer, Area, BadInput } from './answer.ts';
import { graphqlAnswer, resultFields } from './graphql-answer.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/** A literal, or what it is in a few words and the literal. */
type Literal = string | readonly [words: string, literal: string];

const many = (count: number, text: string) => text.repeat(count);
const source = 'source: {text: "A [MASK]."}';

const templates: readonly Literal[] = [
  '{source: {text: "A [MASK:0]."}}',
  '{source: {text: "A [MASK:1025]."}}',
  '{source: {text: "A [MASK:3-1]."}}',
  '{source: {text: "A [MASK:x] and [MASK:-1], then [MASK:1e3] [MASK: 2]."}}',
  '{source: {text: "A [MASK:99999999999999999999]."}}',
  ['{source: {text: "A \\uD800 [MASK]."}}', '{source: {text: "A \\uD800 [MASK]."}}'],
  ['{source: {text: "A \\u0000 [MASK:0]."}}', '{source: {text: "A \\u0000 [MASK:0]."}}'],
  ['100,001 characters', `{source: {text: "${many(100_001, 'a')}"}}`],
  ['20,000 words', `{source: {text: "[MASK] ${many(20_000, 'word ')}"}}`],
  ['257 masks', `{source: {text: "${many(257, '[MASK] ')}"}}`],
  ['256 masks of 16 tokens', `{source: {text: "${many(256, '[MASK:16] ')}"}}`],
];

const sources: readonly Literal[] = [
  '{}',
  '{source: null}',
  '{source: {}}',
  '{source: {text: null}}',
  '{source: {text: "A", tokens: [1]}}',
  '{source: {text: 5}}',
  '{source: {tokens: [-1, 4096, null]}}',
  '{source: {tokens: [2147483648]}}',
  '{source: {tokens: [0, null]}}',
  ['5,000 token ids, not as a variable', `{source: {tokens: [${many(5000, '7,')}]}}`],
  '{source: {segments: [{}]}}',
  '{source: {segments: [{text: "A", slot: {}}]}}',
  '{source: {segments: [{slot: {length: {tokens: 0}}}, {slot: {length: {between: {min: 2, max: 1}}}}]}}',
  '{source: {segments: [{slot: {length: {tokens: 1, between: {min: 1, max: 2}}}}]}}',
  '{source: {segments: [{slot: {key: ""}}, {slot: {key: "a"}}, {slot: {key: "a"}}]}}',
  ['a key of 1,000 characters', `{source: {segments: [{slot: {key: "${many(1000, 'k')}"}}]}}`],
  '{source: {segments: [{slot: {choices: []}}]}}',
  '{source: {segments: [{text: "A "}, {slot: {choices: ["cat", "", "cat", " dog", "elephantine"]}}]}}',
  '{source: {segments: [{slot: {choices: ["cat"], banned: ["cat"]}}]}}',
  '{source: {segments: [{slot: {banned: ["", "two words", "\\uDC00"]}}]}}',
  [
    '1,000 choices, not as a variable',
    `{source: {segments: [{slot: {choices: [${many(1000, '"a",')}]}}]}}`,
  ],
];

const settings: readonly Literal[] = [
  `{${source}, samples: 0}`,
  `{${source}, samples: 17, alternatives: 21}`,
  `{${source}, samples: 1.5}`,
  `{${source}, samples: null}`,
  `{${source}, alternatives: -1}`,
  `{${source}, seed: "-1"}`,
  `{${source}, seed: "9223372036854775808"}`,
  `{${source}, seed: "1e3"}`,
  `{${source}, seed: 1.5}`,
  `{${source}, sampling: {temperature: -1, topK: 0, topP: 0, repetitionPenalty: 0.5}}`,
  `{${source}, sampling: {temperature: 6, topK: -5, topP: 1.5, repetitionPenalty: 99}}`,
  `{${source}, sampling: {temperature: 1e999}}`,
  `{${source}, sampling: {temperature: "NaN"}}`,
  `{${source}, lengthSearch: "CAL"}`,
  `{${source}, lengthSearch: LONGEST}`,
  `{${source}, unknownField: 1}`,
  `{${source}, sourse: 1, decoder: {mariah: {}}}`,
  ['17 labels', `{${source}, labels: [${many(17, '"a",')}]}`],
  ['a label of 65 characters', `{${source}, labels: ["${many(65, 'a')}"]}`],
  ['a label with half a surrogate pair', `{${source}, labels: ["\\uD800"]}`],
  ['a label with U+0000', `{${source}, labels: ["\\u0000"]}`],
  '{source: {text: "A [MASK:0]."}, samples: 0, alternatives: 99, seed: "-1", sampling: {temperature: 9}}',
];

const decoders: readonly Literal[] = [
  `{${source}, model: "nothing"}`,
  `{${source}, model: "TW9kZWxQYWNrOm5vbmU="}`,
  ['a model id of 10,000 characters', `{${source}, model: "${many(10_000, 'x')}"}`],
  `{${source}, decoder: {}}`,
  `{${source}, decoder: {maria: {}, diffusion: {}}}`,
  `{${source}, decoder: {maria: null}}`,
  `{${source}, decoder: {maria: {draftWindow: 17}}}`,
  `{${source}, decoder: {maria: {draftWindow: 2.5}}}`,
  `{${source}, decoder: {maria: {window: 4}}}`,
  `{${source}, decoder: {diffusion: {steps: 0, eta: 2, schedule: CAP}}}`,
  `{${source}, decoder: {maskedLm: {k: 3, commit: THRESHOLD, threshold: 2}}}`,
  `{${source}, decoder: {plugin: {name: "none"}}}`,
  `{${source}, decoder: {plugin: {name: "__proto__"}}}`,
  `{${source}, decoder: {plugin: {name: "maria", options: {draftWindow: "4", x: 1}}}}`,
  `{${source}, decoder: {plugin: {name: "maria", options: [1]}}}`,
  `{${source}, decoder: {plugin: {name: "masked-lm", options: {order: "random-ish"}}}}`,
  `{${source}, decoder: {plugin: {name: "hostile", options: {fault: "unheard-of"}}}}`,
];

const scores: readonly Literal[] = [
  `{${source}}`,
  `{${source}, fill: {}}`,
  `{${source}, fill: {slots: ["cat"], tokens: [7]}}`,
  `{${source}, fill: {slots: []}}`,
  `{${source}, fill: {slots: ["cat", "dog"]}}`,
  `{${source}, fill: {slots: [null]}}`,
  `{${source}, fill: {slots: ["a very long fill of it"]}}`,
  `{${source}, fill: {slots: ["\\uD800"]}}`,
  `{${source}, fill: {tokens: [4096]}}`,
  `{${source}, fill: {tokens: [-1]}}`,
  `{${source}, fill: {tokens: [7, 8]}}`,
  '{source: {text: "A [MASK:1-3]."}, fill: {slots: ["one two three four five"]}}',
  `{${source}, fill: {slots: ["cat"]}, draws: 0}`,
  `{${source}, fill: {slots: ["cat"]}, decoder: {diffusion: {}}, draws: 1025, seed: "-1"}`,
  `{${source}, fill: {slots: ["cat"]}, decoder: {diffusion: {revise: REMDM}}}`,
  `{${source}, fill: {slots: ["cat"]}, samples: 2}`,
];

const infillOperations = ['query planInfill', 'mutation submitInfill', 'mutation infill'];
const scoreOperations = ['mutation scoreInfill'];

/** Areas of everything that takes a text. */
export const inputAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'Templates',
    about: 'As `input` of `infill`, `submitInfill` and `planInfill`, which answer the same.',
    inputs: templates.map((literal) => literalInput(literal, infillOperations)),
  },
  {
    title: 'Segments and token ids',
    about: 'As before.',
    inputs: sources.map((literal) => literalInput(literal, infillOperations)),
  },
  {
    title: 'Samples, seeds, sampling and labels',
    about: 'As before.',
    inputs: settings.map((literal) => literalInput(literal, infillOperations)),
  },
  {
    title: 'Models and decoders',
    about: 'As before.',
    inputs: decoders.map((literal) => literalInput(literal, infillOperations)),
  },
  {
    title: 'Scores',
    about: 'As `input` of `scoreInfill`.',
    inputs: scores.map((literal) => literalInput(literal, scoreOperations)),
  },
];

function literalInput(named: Literal, operations: readonly string[]): BadInput<ServerUnderTest> {
  const [sent, literal] = typeof named === 'string' ? [named, named] : named;
  return {
    sent,
    async answer(server) {
      const answers: Answer[] = [];
      for (const operation of operations) answers.push(await sendTo(server, operation, literal));
      const [first, ...others] = answers;
      if (first === undefined) throw new Error('There is no operation to send it to.');
      for (const other of others) expect(withoutField(other)).toEqual(withoutField(first));
      return first;
    },
  };
}

async function sendTo(
  server: ServerUnderTest,
  operation: string,
  literal: string,
): Promise<Answer> {
  const [kind, field] = operation.split(' ');
  return graphqlAnswer(await server.ask(`${kind} { ${field}(input: ${literal}) ${resultFields} }`));
}

/** GraphQL's own messages name the field. */
function withoutField({ messages, ...answer }: Answer): Answer {
  const named = messages.map((message) => message.replaceAll(/"\w+\.(\w+)"/g, '"$1"'));
  return { ...answer, messages: named };
}
