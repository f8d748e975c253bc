/**
 * Random runs of one decoder: what is asked, over which random models, and everything that was seen of it.
 */
import fc from 'fast-check';
import type { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { InfillRequest, SegmentRequest } from '../../src/decoding/infill-request.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import type { Outcome, RunProgress } from '../../src/decoding/run-event.ts';
import type { SamplingSetting } from '../../src/decoding/sampling-params.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { fakeModels } from '../support/fake-models.ts';
import { firstOrdinaryId, ListTokenizer } from './list-tokenizer.ts';
import { completedOutcome, engineOf, progressOf, requestOf } from './runs.ts';
import { withEachPass } from './watched-models.ts';
import { type Diary, watched } from './watched-plugin.ts';

/** A decoder with one set of options, as a client would send them. */
export type Subject = {
  readonly plugin: AnyDecoderPlugin;
  readonly options: Readonly<Record<string, unknown>>;
};

/** One run to make. `literals` has the known text in order, with null for each slot. */
export type Trial = {
  readonly source: InfillRequest['source'];
  readonly literals: readonly (string | null)[];
  readonly sampling: Readonly<Record<string, unknown>>;
  readonly seed: bigint;
  readonly alternatives: number;
  /** Which random models. */
  readonly salt: number;
};

/** A completed run and what went on inside. */
export type Observation = {
  readonly subject: Subject;
  readonly trial: Trial;
  readonly engine: InfillEngine;
  readonly request: InfillRequest;
  readonly progress: readonly RunProgress[];
  readonly outcome: Outcome;
  readonly diary: Diary;
  /** Passes that the models made. */
  readonly passes: { readonly causal: number; readonly masked: number };
};

/** Letters, spaces, words with their space, and the bytes of two characters: fills can be broken UTF-8. */
export const tokenizer = new ListTokenizer([
  ...['a', 'b', ' ', '\n', 'ab', ' a', ' b', ' ab', ' é', 'é'],
  ...[0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80].map((byte) => Uint8Array.of(byte)),
]);

/** Ids that are no specials. */
export const ordinaryIds: readonly number[] = Array.from(
  { length: tokenizer.vocabularySize - firstOrdinaryId },
  (_, index) => firstOrdinaryId + index,
);

const samplingFields = {
  temperature: fc.constantFrom(0, 0.7, 1, 1.5),
  topK: fc.integer({ min: 1, max: 20 }),
  topP: fc.double({ min: 0.1, max: 1, noNaN: true }),
  repetitionPenalty: fc.double({ min: 1, max: 2, noNaN: true }),
} satisfies Record<SamplingSetting, fc.Arbitrary<number>>;

/** Sampling settings among those that the decoder follows. */
export function samplings(plugin: AnyDecoderPlugin): fc.Arbitrary<Record<string, number>> {
  const fields = plugin.capabilities.sampling.map((name) => [name, samplingFields[name]]);
  return fc.record<Record<string, number>>(Object.fromEntries(fields), { requiredKeys: [] });
}

/** Any seed. */
export const seeds = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

/** Known and open positions in any arrangement, all open and none open among them. */
export const tokenLists: fc.Arbitrary<(number | null)[]> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.option(fc.constantFrom(...ordinaryIds)), { maxLength: 14 }) },
  { weight: 3, arbitrary: sparseLists() },
  { weight: 1, arbitrary: fc.array(fc.constant(null), { maxLength: 8 }) },
);

function sparseLists(): fc.Arbitrary<(number | null)[]> {
  return fc.array(fc.option(fc.constantFrom(...ordinaryIds), { freq: 1 }), { maxLength: 12 });
}

/** A source of token ids. */
export function tokenSource(
  tokens: readonly (number | null)[],
): Pick<Trial, 'source' | 'literals'> {
  const literals: (string | null)[] = [];
  for (let at = 0; at < tokens.length; ) {
    const isOpen = tokens[at] === null;
    const next = tokens.findIndex((id, index) => index > at && (id === null) !== isOpen);
    const end = next === -1 ? tokens.length : next;
    literals.push(isOpen ? null : textOf(tokens.slice(at, end)));
    at = end;
  }
  return { source: { tokens }, literals };
}

function textOf(ids: readonly (number | null)[]): string {
  const bytes = ids.flatMap((id) => (id === null ? [] : [...tokenizer.bytesOf(id)]));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const literalTexts = fc
  .array(fc.constantFrom('a', 'b', ' ', '\n', 'é', '😀'), { minLength: 1, maxLength: 4 })
  .map((letters) => letters.join(''));

/** Literals and slots of one to three tokens, as a template or as segments. */
const textSources: fc.Arbitrary<Pick<Trial, 'source' | 'literals'>> = fc
  .tuple(
    fc.array(fc.oneof(literalTexts, fc.integer({ min: 1, max: 3 })), { maxLength: 7 }),
    fc.boolean(),
  )
  .map(([parts, asSegments]) => ({
    literals: parts.map((part) => (typeof part === 'string' ? part : null)),
    source: asSegments ? { segments: parts.map(segmentOf) } : { text: parts.map(maskOf).join('') },
  }));

function segmentOf(part: string | number): SegmentRequest {
  return typeof part === 'string' ? { text: part } : { slot: { length: { tokens: part } } };
}

function maskOf(part: string | number): string {
  if (typeof part === 'string') return part;
  return part === 1 ? '[MASK]' : `[MASK:${part}]`;
}

/** Random runs for a decoder. @param sources - which texts; any when absent. */
export function trials(
  plugin: AnyDecoderPlugin,
  sources: fc.Arbitrary<Pick<Trial, 'source' | 'literals'>> = fc.oneof(
    tokenLists.map(tokenSource),
    textSources,
  ),
): fc.Arbitrary<Trial> {
  return fc
    .record({
      sampling: samplings(plugin),
      seed: seeds,
      alternatives: fc.constantFrom(0, 1, 3, 20),
      salt: fc.nat({ max: 1000 }),
      text: sources,
    })
    .map(({ text, ...rest }) => ({ ...text, ...rest }));
}

/** The random models of a trial. */
export function modelsOf({ salt }: Pick<Trial, 'salt'>): LoadedModels {
  return fakeModels({ vocabularySize: tokenizer.vocabularySize, salt });
}

/** The trial as a request to the subject's decoder. */
export function requestFor(
  { plugin, options }: Subject,
  { source, sampling, seed, alternatives }: Trial,
): InfillRequest {
  const decoder = { name: plugin.name, options };
  return requestOf(plugin, { source, decoder, sampling, seed, alternatives });
}

/** Makes the run of a trial alone. Throws when it does not complete. */
export async function observe(
  subject: Subject,
  trial: Trial,
  change: Partial<InfillRequest> = {},
): Promise<Observation> {
  const { plugin, diary } = watched(subject.plugin);
  const passes = { causal: 0, masked: 0 };
  const models = withEachPass(modelsOf(trial), (role) => passes[role]++);
  const engine = engineOf(plugin, { models, tokenizer });
  const request = { ...requestFor(subject, trial), ...change };
  const progress = await progressOf(engine, request);
  const outcome = completedOutcome(progress);
  return { subject, trial, engine, request, progress, outcome, diary, passes: { ...passes } };
}
