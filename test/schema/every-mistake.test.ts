/**
 * Requests with several mistakes, through the schema and the service to the checks of a pack: each is told, whatever the
 * others are.
 *
 * Exceptions: a model that is not there hides what only a pack can tell; a decoder may refuse a run only where its text is
 * right; and where a fill has too few texts, or too many, none of them is held against its slot.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { Service } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { setUp } from '../service/support/set-up.ts';
import { PreparingDispatcher, preparingRegistry } from '../support/preparing-dispatcher.ts';
import { type Api, items, type Json, run } from '../support/run-operation.ts';
import { openTestStore } from '../support/test-store.ts';
import {
  type Input,
  infillMistakes,
  limits,
  type Mistake,
  modelMistakes,
  scoreMistakes,
  soundInput,
  soundScore,
  subjectMistakes,
} from './mistakes.ts';

let store: Store;
let api: Api<Service>;
beforeAll(async () => {
  store = await openTestStore();
  const { options } = setUp(store);
  const service = new InfillService({
    ...options,
    dispatcher: new PreparingDispatcher(limits.contextLength),
    decoders: preparingRegistry.descriptions,
    limits: { ...options.limits, maxRequestCost: limits.maxRequestCost },
  });
  api = { service, schema: buildSchema(service) };
}, 30_000);
afterAll(() => store.close());

type Told = { readonly path: readonly string[]; readonly code: string; readonly message: string };

const fields =
  '{ __typename ... on Error { code message } ... on ValidationError { problems { path code message } } }';

async function only(source: string, input: Input): Promise<Json> {
  const { data, errors } = await run(api, source, { input });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

async function first(source: string, input: Input): Promise<Json> {
  return (await items(api, source, { input }))[0];
}

/** What an operation tells of an input; of one that is right, nothing. */
async function told(operation: string, input: Input): Promise<Told[]> {
  const [kind = '', field = ''] = operation.split(' ');
  const type = field === 'scoreInfill' ? 'ScoreInfillInput' : 'InfillInput';
  const source = `${kind} ($input: ${type}!) { ${field}(input: $input) ${fields} }`;
  const answer = kind === 'subscription' ? await first(source, input) : await only(source, input);
  if (!('code' in answer)) return [];
  return answer.problems ?? [{ path: [], code: answer.code, message: answer.message }];
}

/** Sizes count what other mistakes leave; what is no field's is told without a place when it is all. */
function keyOf({ path, code, message }: Told): string {
  if (code === 'PROMPT_TOO_LONG' || code === 'COST_TOO_HIGH') return `${path.join('.')} ${code}`;
  if (code === 'UNSUPPORTED' || code.startsWith('UNKNOWN_')) return `${code} ${message}`;
  return `${path.join('.')} ${code} ${message}`;
}

const inOrder = (a = '', b = '') => (a < b ? -1 : 1);

const keysOf = (problems: readonly Told[]) => [...new Set(problems.map(keyOf))].toSorted(inOrder);

function withAll(sound: Input, mistakes: readonly Mistake[]): Input {
  for (const { make } of mistakes) make(sound);
  return sound;
}

function areApart(mistakes: readonly Mistake[]): boolean {
  const places = mistakes.flatMap((mistake) => mistake.places);
  return new Set(places).size === places.length;
}

/** The first of each place. */
function oneOfEach(mistakes: readonly Mistake[]): Mistake[] {
  const chosen: Mistake[] = [];
  for (const mistake of mistakes) if (areApart([...chosen, mistake])) chosen.push(mistake);
  return chosen;
}

const subjects = [
  ['query planInfill', soundInput, [...subjectMistakes, ...infillMistakes]],
  ['mutation scoreInfill', soundScore, [...subjectMistakes, ...scoreMistakes]],
] as const;

describe.each(subjects)('%s', { timeout: 60_000 }, (operation, sound, mistakes) => {
  const alone = new Map<Mistake, readonly Told[]>();
  beforeAll(async () => {
    for (const mistake of [...mistakes, ...modelMistakes]) {
      alone.set(mistake, await told(operation, withAll(sound(), [mistake])));
    }
  }, 30_000);
  const toldAlone = (made: readonly Mistake[]) => made.flatMap((one) => alone.get(one) ?? []);

  it('tells each mistake', () => {
    expect(mistakes.length).toBeGreaterThan(25);
    const silent = [...alone].filter(([, problems]) => problems.length === 0);
    expect(silent.map(([{ name }]) => name)).toEqual([]);
  });

  it('tells of any two mistakes what it tells of either', async () => {
    for (const [index, first] of mistakes.entries()) {
      for (const second of mistakes.slice(index + 1)) {
        const both = [first, second];
        if (!areApart(both)) continue;
        const problems = await told(operation, withAll(sound(), both));
        expect(keysOf(problems), `${first.name}, ${second.name}`).toEqual(keysOf(toldAlone(both)));
      }
    }
  });

  it('tells of any mistakes what it tells of each', async () => {
    const sets = fc.shuffledSubarray([...mistakes], { minLength: 3 }).map(oneOfEach);
    await fc.assert(
      fc.asyncProperty(sets, async (made) => {
        const problems = await told(operation, withAll(sound(), made));
        expect(keysOf(problems)).toEqual(keysOf(toldAlone(made)));
      }),
      { seed: 20_261, numRuns: 100 },
    );
  });

  it('hides what only a pack can tell where the model is not there', async () => {
    for (const model of modelMistakes) {
      for (const mistake of mistakes) {
        const problems = await told(operation, withAll(sound(), [mistake, model]));
        const expected = toldAlone([mistake]).filter(({ path, code }) =>
          ['source', 'fill'].includes(path[0] ?? '')
            ? code === 'INVALID_TEMPLATE'
            : code !== 'UNSUPPORTED',
        );
        expect(keysOf(problems), mistake.name).toEqual(
          keysOf([...expected, ...toldAlone([model])]),
        );
      }
    }
  });
});

describe('a request with a mistake in every field', () => {
  const mistakes = oneOfEach([...subjectMistakes, ...infillMistakes]);

  it('is told the same by everything that takes it', async () => {
    const input = () => withAll(soundInput(), mistakes);
    const planned = await told('query planInfill', input());
    const roots = new Set(planned.map(({ path }) => path[0]));
    expect([...roots].toSorted(inOrder)).toEqual([
      'alternatives',
      'deadlineMs',
      'decoder',
      'idempotencyKey',
      'labels',
      'lengthSearch',
      'samples',
      'sampling',
      'seed',
      'source',
      'supersedes',
      'waitMs',
    ]);
    expect(await told('mutation infill', input())).toEqual(planned);
    const placesOf = (problems: readonly Told[]) => problems.map(({ path }) => path);
    // They say of `waitMs` that they do not wait.
    for (const operation of ['mutation submitInfill', 'subscription infill']) {
      expect(placesOf(await told(operation, input()))).toEqual(placesOf(planned));
    }
  });
});

describe('what a decoder says of a run', () => {
  it('is told of a text that is right only', async () => {
    const refused = withAll(soundInput(), []);
    refused.source.segments[1] = { slot: { length: { tokens: 2 }, choices: ['catdog', 'dogcat'] } };
    refused['decoder'] = { maskedLm: { commit: 'ONE_SHOT' } };
    const codesOf = async (input: Input) =>
      (await told('query planInfill', input)).map(({ code }) => code);
    expect(await codesOf(refused)).toEqual(['UNSUPPORTED']);
    refused['sampling'] = { temperature: 9 };
    expect(await codesOf(refused)).toEqual(['INVALID_SAMPLING', 'UNSUPPORTED']);
    refused.source.segments[3] = { slot: { length: { tokens: 0 } } };
    expect(await codesOf(refused)).toEqual(['INVALID_TEMPLATE', 'INVALID_SAMPLING']);
  });
});
