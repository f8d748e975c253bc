import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { encodeId } from '../../schema/global-id.ts';
import type { Problem } from '../../src/errors.ts';
import type { InfillService } from '../../src/service/infill-service.ts';
import { localViewer } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { setUp } from '../service/support/set-up.ts';
import { type Api, run } from '../support/run-operation.ts';
import { openTestStore } from '../support/test-store.ts';

let store: Store;
let api: Api<InfillService>;
let dataset: string;
beforeAll(async () => {
  store = await openTestStore();
  const { service } = setUp(store);
  api = { service, schema: buildSchema(service) };
  const facts = { name: 'cats', licence: 'CC0-1.0', source: 'test', format: 'LINES' } as const;
  const content = { inline: 'The cat sat on the mat.' };
  const { id } = await service.datasets.import({ ...facts, content }, localViewer);
  dataset = encodeId('Dataset', id);
}, 60_000);
afterAll(() => store.close());

const places = (problems: readonly Problem[]) => problems.map(({ path }) => path.join('.'));

describe('startBenchmark', () => {
  const start = async (input: string) => {
    const { data } = await run(
      api,
      `mutation { startBenchmark(input: { dataset: "${dataset}" ${input} }) { __typename
        ... on Error { code } ... on ValidationError { problems { path code message } } } }`,
    );
    return data.startBenchmark;
  };

  it('tells every masking that is none, with what else could not be read', async () => {
    const { problems } = await start(`seed: "-1",
      maskings: [{ name: "word" }, { rate: { rate: 0.3 } }, { rate: { rate: 5 } }, { span: { length: 0 } }],
      entrants: [{ label: "a", model: "x" }]`);
    expect(places(problems)).toEqual([
      'maskings.0.name',
      'maskings.2.rate.rate',
      'maskings.3.span.length',
      'seed',
      'entrants.0.model',
    ]);
  });

  it.each(['-1', '9223372036854775808'])('refuses the seed %s', async (seed) => {
    const { problems } = await start(`seed: "${seed}", maskings: [{ rate: { rate: 0.3 } }],
      entrants: [{ label: "a" }], items: 9`);
    expect(problems.map(({ code }: Problem) => code)).toEqual(['INVALID_SEED', 'INVALID_INPUT']);
  });
});

describe('maskedUrl', () => {
  const urlOf = (args: string) => run(api, `{ dataset(id: "${dataset}") { maskedUrl(${args}) } }`);

  it('is a path with all that it needs', async () => {
    const model = encodeId('ModelPack', 'a b');
    const { data } = await urlOf(
      `masking: { span: { length: 2, unit: TOKEN } }, seed: "7", model: "${model}"`,
    );
    expect(data.dataset.maskedUrl).toMatch(
      /^\/exports\/maskings\/[0-9a-f-]{36}\/span-2-token\.jsonl\?seed=7&model=a\+b$/,
    );
  });

  it('tells at once what the path would be refused for', async () => {
    const { errors } = await urlOf('masking: { rate: { rate: 5 } }, seed: "-7", model: "x"');
    expect(JSON.stringify(errors)).toContain('A masking rate is from 0.001 to 1');
    expect(JSON.stringify(errors)).toContain('(and 2 more)');
  });
});

describe('a benchmark', () => {
  it('has figures of its own maskings only, and counts its items', async () => {
    const started = await run(
      api,
      `mutation { startBenchmark(input: { dataset: "${dataset}", entrants: [],
        maskings: [{ rate: { rate: 0.3 } }] }) { ... on Benchmark { id } } }`,
    );
    const { id } = started.data.startBenchmark;
    const ask = (names: string) =>
      run(
        api,
        `{ benchmark(id: "${id}") { cells(maskings: ${names}) { n } items { totalCount } } }`,
      );
    expect((await ask('["rate-0.3-word"]')).data.benchmark).toEqual({
      cells: [],
      items: { totalCount: 0 },
    });
    expect((await ask('["rate-0.3-word", "explicit"]')).errors).toMatchObject([
      { message: 'The benchmark has no masking "explicit"; it has: rate-0.3-word.' },
    ]);
  });
});
