import { describe, expect, it } from 'vitest';
import { type Problem, problemsError } from '../../src/errors.ts';
import { createApi, items, run } from '../support/run-operation.ts';

describe('the path of a problem', () => {
  it('names the field of the decoder whose option is wrong', async () => {
    const api = createApi();
    const problem = { code: 'INVALID_OPTION', message: 'Why.', value: '0', limit: '1' } as const;
    const paths = [['decoder', 'masked-lm', 'k'], ['decoder', 'plugin', 'options'], ['masked-lm']];
    const [first, ...others] = paths.map((path) => ({ ...problem, path }));
    api.service.failure = problemsError([first as Problem, ...others]);
    const { data } = await run(
      api,
      'mutation { infill(input: { source: { text: "a [MASK]" } }) { ... on ValidationError { problems { path } } } }',
    );
    expect(data.infill.problems.map(({ path }: Problem) => path)).toEqual([
      ['decoder', 'maskedLm', 'k'],
      ...paths.slice(1),
    ]);
  });

  it.each([
    ['mutation', 'infill'],
    ['mutation', 'submitInfill'],
    ['query', 'planInfill'],
    ['mutation', 'scoreInfill'],
    ['subscription', 'infill'],
  ])('has the path of an option that came as JSON, in a %s %s', async (kind, field) => {
    const api = createApi();
    const problem = { code: 'INVALID_OPTION', message: 'Why.', value: '0', limit: '1' } as const;
    api.service.failure = problemsError([{ ...problem, path: ['decoder', 'masked-lm', 'k'] }]);
    const fill = field === 'scoreInfill' ? 'fill: { slots: ["x"] }' : '';
    const decoder = 'decoder: { plugin: { name: "masked-lm", options: { k: 0 } } }';
    const operation = `${kind} { ${field}(input: { source: { text: "a [MASK]" } ${fill} ${decoder} })
      { ... on ValidationError { problems { path } } } }`;
    const [answer] =
      kind === 'subscription'
        ? await items(api, operation)
        : [(await run(api, operation)).data[field]];
    expect(answer).toEqual({ problems: [{ path: ['decoder', 'plugin', 'options', 'k'] }] });
  });
});
