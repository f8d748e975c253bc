/**
 * Mistakes that a request can have, each in fields of its own, as changes of an input that has none.
 */
import { encodeId } from '../../schema/global-id.ts';

type Slot = {
  key?: string;
  length?: object;
  choices?: readonly string[];
  banned?: readonly string[];
};

/** Variables of an operation. */
export type Input = {
  readonly source: { readonly segments: ({ text: string } | { slot: Slot })[] };
  [field: string]: unknown;
};

/** One mistake. */
export type Mistake = {
  readonly name: string;
  /** What it changes: two mistakes of one place cannot be made at once. */
  readonly places: readonly string[];
  readonly make: (input: Input) => void;
};

/** Slots of the input. */
const slotCount = 20;
/** With these, no two sizes that are right are wrong together. */
export const limits = { contextLength: 160, maxRequestCost: 400 } as const;

/** An input without mistakes: each slot has a literal before it. */
export function soundInput(): Input {
  const pairs = Array.from({ length: slotCount }, () => [{ text: ' a' }, { slot: {} }]);
  return { source: { segments: pairs.flat() } };
}

/** The same to be scored. */
export function soundScore(): Input {
  return { ...soundInput(), fill: { slots: Array.from({ length: slotCount }, () => 'b') } };
}

function setSlot({ source }: Input, index: number, slot: Slot): void {
  source.segments[2 * index + 1] = { slot };
}

function inSlot(index: number, name: string, slot: Slot): Mistake {
  return { name, places: [`slot ${index}`], make: (input) => setSlot(input, index, slot) };
}

function inField(field: string, value: unknown): Mistake {
  const name = `${field}: ${JSON.stringify(value).slice(0, 40)}`;
  return { name, places: [field], make: (input) => Object.assign(input, { [field]: value }) };
}

function inSampling(field: string, value: number): Mistake {
  const make = (input: Input) => {
    input['sampling'] = { ...(input['sampling'] as object | undefined), [field]: value };
  };
  return { name: `${field}: ${value}`, places: [field], make };
}

/** Of which a decoder is a part. */
function withList(name: string, rest: Mistake): Mistake {
  const make = (input: Input) => {
    Object.assign(input, { decoder: { plugin: { name: 'list' } } });
    rest.make(input);
  };
  return { name, places: ['decoder', ...rest.places], make };
}

/** In a text and its decoder: what an infill has in common with a score. */
export const subjectMistakes: readonly Mistake[] = [
  inSlot(0, 'no tokens', { length: { tokens: 0 } }),
  inSlot(1, 'too many tokens', { length: { tokens: 1025 } }),
  inSlot(2, 'a range that ends below its start', { length: { between: { min: 3, max: 1 } } }),
  inSlot(3, 'a range out of range', { length: { between: { min: 0, max: 2000 } } }),
  inSlot(4, 'a long key', { key: 'k'.repeat(129) }),
  inSlot(5, 'a key that is no UTF-8', { key: '\ud800' }),
  {
    name: 'one key twice',
    places: ['slot 6', 'slot 7'],
    make: (input) => [6, 7].forEach((index) => void setSlot(input, index, { key: 'twice' })),
  },
  inSlot(8, 'no choices', { choices: [] }),
  inSlot(9, 'one choice twice', { choices: ['cat', 'cat'] }),
  inSlot(10, 'an empty choice', { choices: [''] }),
  inSlot(11, 'a long choice', { choices: ['catdog'] }),
  inSlot(12, 'a banned choice', { choices: ['cat'], banned: ['cat'] }),
  inSlot(13, 'a banned text of two tokens', { banned: ['xy'] }),
  inSlot(14, 'a banned text that is no UTF-8', { banned: ['\udc00'] }),
  inSlot(15, 'more tokens than the model takes', { length: { tokens: 200 } }),
  {
    name: 'a literal that is no UTF-8',
    places: ['text 0'],
    make: ({ source }) => void source.segments.splice(0, 1, { text: ' \ud800' }),
  },
  inField('seed', '-1'),
  inField('decoder', { plugin: { name: 'none' } }),
  inField('decoder', { maskedLm: { k: 0, threshold: 2 } }),
  inField('decoder', { maskedLm: { commit: 'ONE_SHOT', k: 2 } }),
  inField('decoder', { plugin: { name: 'masked-lm', options: { depth: 1 } } }),
  inField('decoder', { plugin: { name: 'masked-lm', options: [1] } }),
];

/** Of infills only. */
export const infillMistakes: readonly Mistake[] = [
  inField('samples', 0),
  inField('samples', 17),
  {
    name: 'too many combinations of lengths',
    places: ['slot 16', 'slot 17', 'lengthSearch'],
    make: (input) => {
      input['lengthSearch'] = 'DECODE_ALL';
      setSlot(input, 16, { length: { between: { min: 1, max: 8 } } });
      setSlot(input, 17, { length: { between: { min: 1, max: 9 } } });
    },
  },
  {
    name: 'a high cost',
    places: ['slot 18', 'samples'],
    make: (input) => {
      input['samples'] = 16;
      setSlot(input, 18, { length: { tokens: 60 } });
    },
  },
  inField('alternatives', 21),
  inField('alternatives', -1),
  inSampling('temperature', 9),
  inSampling('topK', 0),
  inSampling('topP', 2),
  inSampling('repetitionPenalty', 0.5),
  withList('a setting that the decoder does not follow', inSampling('topK', 5)),
  withList('alternatives that the decoder does not report', inField('alternatives', 2)),
  inField('labels', ['x'.repeat(9)]),
  inField('labels', ['\0', 'x']),
  inField('labels', ['\ud800']),
  inField('labels', ['a', 'b', 'c']),
  inField('deadlineMs', 0),
  inField('waitMs', -1),
  inField('idempotencyKey', ''),
  inField('idempotencyKey', 'a\0'),
  inField('supersedes', 'x'),
  inField('supersedes', encodeId('Infill', '01900000-0000-7000-8000-000000000000')),
];

/** Of scores only. */
export const scoreMistakes: readonly Mistake[] = [
  inField('draws', 0),
  inField('draws', 1025),
  ...(['\ud800', 'bb', ''] as const).map((text) => ({
    name: `the fill ${JSON.stringify(text)}`,
    places: ['fill 19'],
    make: (input: Input) => {
      const { slots } = input['fill'] as { slots: string[] };
      input['fill'] = { slots: slots.with(19, text) };
    },
  })),
];

/** Hide what only a pack can tell. */
export const modelMistakes: readonly Mistake[] = [
  inField('model', 'x'),
  inField('model', encodeId('ModelPack', 'none')),
];
