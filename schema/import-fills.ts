/**
 * Taking fills in that were made elsewhere, as an entrant of a benchmark.
 */
import type { ScoreKind } from '../src/service/benchmarks.ts';
import { type ContentInput, type ContentValue, contentOf } from './dataset-import.ts';
import { asResult, isExpectedError } from './error.ts';
import { requireIdOf } from './global-id.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Value of `ImportFillsInput`. */
type FillsValue = {
  readonly benchmark: string;
  readonly label: string;
  readonly content: ContentValue;
  readonly kind?: ScoreKind | 'NONE' | null | undefined;
  readonly vocabularyDigest?: string | null | undefined;
};

/** Adds the field `importFills`. */
export function defineImportFills(
  { builder, enums, service }: Parts,
  { errors }: OperationTypes,
  content: ContentInput,
): void {
  const input = builder.inputRef<FillsValue>('ImportFillsInput');
  input.implement({
    description:
      'Fills of all masked items of a benchmark, a line of JSON each: `id` of the item, `masking` where there are several, ' +
      '`fills` with a text per mask; under maskings of tokens `ids`, if any, of all open positions; where scored, `logProb` ' +
      'in nats and `tokens`.',
    fields: (t) => ({
      benchmark: t.id({ required: true, description: 'Global id of a benchmark of yours.' }),
      label: t.string({ required: true, description: 'From 1 to 64 characters; unique.' }),
      content: t.field({ type: content, required: true, description: 'Where the lines are.' }),
      kind: t.field({
        type: enums.likelihoodKind,
        description: 'What `logProb` is; required where there is one.',
      }),
      vocabularyDigest: t.string({
        description:
          'SHA-256 of the vocabulary that `tokens` and `ids` are of, which is that of the `tokenizer.json` of a model pack; ' +
          'without it only bits per character are compared. Under maskings of tokens, that of the first of `models` when absent.',
      }),
    }),
  });
  const result = builder.unionType('ImportFillsResult', {
    description: 'The new entrant, or what was wrong; then nothing was taken in.',
    types: ['BenchmarkEntrant', ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'BenchmarkEntrant'),
  });
  builder.mutationField('importFills', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description: 'Takes fills in that were made elsewhere, as an entrant like any other.',
      args: { input: t.arg({ type: input, required: true, description: 'Which fills.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(() => {
          const { benchmark, label, kind, vocabularyDigest } = args.input;
          const asked = {
            benchmarkId: requireIdOf('Benchmark', benchmark),
            label,
            content: contentOf(args.input.content),
            kind: kind == null || kind === 'NONE' ? null : kind,
            vocabularyDigest: vocabularyDigest ?? null,
          };
          return service.benchmarks.importFills(asked, viewer);
        }),
    }),
  );
}
