/**
 * The figures of a benchmark, and how its entrants differ.
 */
import { InfillError, type Problem, problemsError } from '../src/errors.ts';
import { exportPath, namedMasking } from '../src/service/benchmark-names.ts';
import type { Benchmark, Cell, Difference, EntrantRow, Metric } from '../src/service/benchmarks.ts';
import type { Service } from '../src/service/service.ts';
import type { Parts } from './parts.ts';

type OfEntrant = { readonly entrant: EntrantRow };
type ShownCell = Cell & OfEntrant;
type ShownDifference = Difference & OfEntrant;

/** Adds the figures of `Benchmark`. */
export function defineBenchmarkFigures(parts: Parts): void {
  const { builder, enums, service } = parts;
  const cell = defineCell(parts);
  const difference = defineDifference(parts);
  builder.objectFields('Benchmark', (t) => ({
    cells: t.field({
      type: [cell],
      description:
        'The figures, in the order of tables. Of a benchmark that is not over, those of what was done a while ago: they ' +
        'are computed once for all who ask, and at most a tenth of the time.',
      args: {
        metrics: t.arg({ type: [enums.metric], description: 'Only these; all when absent.' }),
        maskings: t.arg.stringList({
          description: 'Only those of maskings of these names; it has all of them.',
        }),
      },
      resolve: async (benchmark, args) => {
        requireMaskings(benchmark, args.maskings ?? []);
        const cells = await service.benchmarks.cells(benchmark);
        const isAsked = ({ metric, maskingName }: Cell) =>
          (args.metrics?.includes(metric) ?? true) &&
          (args.maskings?.includes(maskingName) ?? true);
        return withEntrants(service, benchmark, cells.filter(isAsked));
      },
    }),
    differences: t.field({
      type: [difference],
      description:
        'Every other entrant against a baseline, on the same items: paired bootstrap by groups, Holm-corrected over ' +
        'all differences of a metric.',
      args: {
        baseline: t.arg.id({ required: true, description: 'Id of an entrant.' }),
        metrics: t.arg({ type: [enums.metric], description: 'Only these; all when absent.' }),
      },
      resolve: async (benchmark, { baseline, metrics }) => {
        const chosen = (metrics ?? undefined) as readonly Metric[] | undefined;
        const all = await service.benchmarks.differences(benchmark, baseline, chosen);
        return withEntrants(service, benchmark, all);
      },
    }),
    exportUrl: t.string({
      description:
        'Where it can be read as a file, from the root of this server; with the same credential.',
      args: {
        format: t.arg({
          type: enums.exportFormat,
          required: true,
          description: 'In which form.',
        }),
      },
      resolve: ({ id }, { format }) => exportPath(id, format),
    }),
    exported: t.string({
      description: 'The same file as text.',
      args: {
        format: t.arg({
          type: enums.exportFormat,
          required: true,
          description: 'In which form.',
        }),
      },
      resolve: async ({ id }, { format }, { viewer }) =>
        (await service.benchmarks.exported(id, format, viewer)).text,
    }),
  }));
}

/** @throws INVALID_INPUT for every name of a masking that a benchmark does not have */
function requireMaskings(benchmark: Benchmark, asked: readonly string[]): void {
  const names = benchmark.maskings.map((masking) => namedMasking(masking).name);
  const [first, ...others] = asked.flatMap((name, index): Problem[] => {
    if (names.includes(name)) return [];
    const value = name.slice(0, 100);
    const message = `The benchmark has no masking "${value}"; it has: ${names.join(', ')}.`;
    const path = ['maskings', String(index)];
    return [{ path, code: 'INVALID_INPUT', message, value, limit: null }];
  });
  if (first !== undefined) throw problemsError([first, ...others]);
}

async function withEntrants<F extends { readonly entrantId: string }>(
  { benchmarks }: Service,
  benchmark: Benchmark,
  figures: readonly F[],
): Promise<(F & OfEntrant)[]> {
  const entrants = new Map(
    (await benchmarks.entrants(benchmark)).map((entrant) => [entrant.id, entrant]),
  );
  return figures.map((figure) => {
    const entrant = entrants.get(figure.entrantId);
    if (entrant === undefined) throw new InfillError('STORE_FAILED', 'An entrant is gone.');
    return { ...figure, entrant };
  });
}

function defineCell({ builder, enums }: Parts) {
  return builder.objectRef<ShownCell>('BenchmarkCell').implement({
    description: 'One figure: a metric of an entrant under a masking.',
    fields: (t) => ({
      entrant: t.expose('entrant', { type: 'BenchmarkEntrant', description: 'Whose it is.' }),
      masking: t.exposeString('maskingName', { description: 'Name of the masking.' }),
      metric: t.expose('metric', { type: enums.metric, description: 'What it is.' }),
      n: t.exposeInt('n', { description: 'Items it is made of.' }),
      groups: t.exposeInt('groups', { description: 'Independent groups among them.' }),
      mean: t.exposeFloat('mean', {
        nullable: true,
        description: 'Its value; null where there is no finite one.',
      }),
      low: t.exposeFloat('low', {
        nullable: true,
        description: 'Lower end of the 95 % interval, by a bootstrap of groups.',
      }),
      high: t.exposeFloat('high', { nullable: true, description: 'Upper end of the interval.' }),
      likelihoodKind: t.expose('likelihoodKind', {
        type: enums.likelihoodKind,
        nullable: true,
        description: 'Of metrics of scores; different kinds are not to be ranked together.',
      }),
      isBound: t.exposeBoolean('isBound', {
        description: 'Whether the value itself is at most this.',
      }),
      note: t.exposeString('note', { nullable: true, description: 'What a reader must know.' }),
    }),
  });
}

function defineDifference({ builder, enums }: Parts) {
  return builder.objectRef<ShownDifference>('PairedDifference').implement({
    description: 'An entrant against the baseline, on the items that both have.',
    fields: (t) => ({
      entrant: t.expose('entrant', { type: 'BenchmarkEntrant', description: 'Who is compared.' }),
      masking: t.exposeString('maskingName', { description: 'Name of the masking.' }),
      metric: t.expose('metric', { type: enums.metric, description: 'What is compared.' }),
      likelihoodKind: t.expose('likelihoodKind', {
        type: enums.likelihoodKind,
        nullable: true,
        description: 'Of metrics of scores.',
      }),
      n: t.exposeInt('n', { description: 'Items that both have.' }),
      difference: t.float({
        nullable: true,
        description: 'Entrant minus baseline, or entrant over baseline; null where it is refused.',
        resolve: ({ estimate }) => estimate?.difference ?? null,
      }),
      isRatio: t.boolean({
        description: 'Whether it is a ratio, so that 1 is no difference.',
        resolve: ({ estimate }) => estimate?.isRatio ?? false,
      }),
      low: t.float({
        nullable: true,
        description: 'Lower end of the 95 % interval.',
        resolve: ({ estimate }) => estimate?.low ?? null,
      }),
      high: t.float({
        nullable: true,
        description: 'Upper end of the interval.',
        resolve: ({ estimate }) => estimate?.high ?? null,
      }),
      pValue: t.float({
        nullable: true,
        description: 'Two-sided.',
        resolve: ({ estimate }) => estimate?.pValue ?? null,
      }),
      adjustedPValue: t.float({
        nullable: true,
        description: 'Corrected for how many differences of the metric there are (Holm).',
        resolve: ({ estimate }) => estimate?.adjustedPValue ?? null,
      }),
      note: t.exposeString('note', { nullable: true, description: 'What a reader must know.' }),
      refusal: t.string({
        nullable: true,
        description: 'Why the two may not be compared; null where they may.',
        resolve: ({ refusal }) => refusal?.message ?? null,
      }),
    }),
  });
}
