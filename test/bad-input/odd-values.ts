/**
 * Arbitraries of what no client should send, and of inputs that are right but for a few places.
 */
import fc from 'fast-check';

/** A JSON object as an input has it. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** Text of masks, brackets, surrogate halves, control characters and everything else. */
export const oddText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[MASK]',
        '[MASK:2]',
        '[MASK:1-3]',
        '[MASK:',
        '[',
        ']',
        '\\',
        '-',
        '0',
        ' ',
        '\n',
      ),
      fc.constantFrom(
        '\uD800',
        '\uDC00',
        '\0',
        '\u202E',
        '\uFEFF',
        '🦊',
        'e\u0301',
        '<|mask|>',
        '[PAD]',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

const extremeNumber = fc.constantFrom(
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  1e21,
  255,
  1025,
);

/** Any JSON, extreme numbers, long and deep values, names of properties that objects have. */
export const withOddValues: fc.Arbitrary<unknown> = fc.oneof(
  extremeNumber,
  oddText,
  fc.constantFrom(null, true, false, [], {}, [[]], 'constructor', 'x'.repeat(70_000)),
  fc.jsonValue({ maxDepth: 3 }),
  fc
    .integer({ min: 1, max: 200 })
    .map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)),
  fc.constantFrom('__proto__', 'constructor', 'toString').map((name) => ({ [name]: { a: 1 } })),
);

/** The least input of a text. */
export function inputOf(text: string): JsonInput {
  return { source: { text } };
}

const whole: readonly JsonInput[] = [
  {
    source: { text: 'The [MASK] sat on the [MASK:1-3].' },
    decoder: { maria: { draftWindow: 2 } },
    sampling: { temperature: 0.7, topK: 20, topP: 0.9, repetitionPenalty: 1.1 },
    seed: '7',
    alternatives: 2,
    samples: 2,
    lengthSearch: 'CAL',
    labels: ['a', 'b'],
    fill: { slots: ['cat', 'mat'] },
  },
  {
    source: {
      segments: [
        { text: 'The ' },
        { slot: { key: 'who', choices: ['cat', 'dog'], banned: ['girl'] } },
        { text: ' sat on ' },
        { slot: { length: { between: { min: 1, max: 3 } } } },
      ],
    },
    decoder: { maskedLm: { order: 'MARGIN', commit: 'K', k: 2 } },
    fill: { slots: ['cat', 'it'] },
  },
  {
    source: { tokens: [300, null, 301, null] },
    decoder: { plugin: { name: 'diffusion', options: { steps: 4 } } },
    fill: { tokens: [302, 303] },
  },
];

type Mutation = (parent: Record<string, unknown>, name: string) => void;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: withOddValues.map(
      (value): Mutation =>
        (parent, name) => {
          parent[name] = value;
        },
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom<Mutation>(deleteField, doubleField, renameField) },
);

function deleteField(parent: Record<string, unknown>, name: string): void {
  delete parent[name];
}

function doubleField(parent: Record<string, unknown>, name: string): void {
  parent[name] = [parent[name], parent[name]];
}

function renameField(parent: Record<string, unknown>, name: string): void {
  parent[`${name}s`] = parent[name];
  delete parent[name];
}

/** A whole input after one to three changes, each at any place of it. */
export const mutatedInput: fc.Arbitrary<JsonInput> = fc
  .tuple(
    fc.constantFrom(...whole),
    fc.array(fc.tuple(mutation, fc.nat(1000)), { minLength: 1, maxLength: 3 }),
  )
  .map(([input, changes]) => {
    const copy = structuredClone(input);
    for (const [change, at] of changes) {
      const places = placesOf(copy);
      const place = places[at % places.length];
      if (place !== undefined) change(...place);
    }
    return copy;
  });

/** Every field and element, with what holds it. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (!isHolder(value)) return [];
  return Object.keys(value).flatMap((name) => [
    [value, name] satisfies [Record<string, unknown>, string],
    ...placesOf(value[name]),
  ]);
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
