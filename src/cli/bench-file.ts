/**
 * A file that says what to compare, as the input of a benchmark.
 *
 * YAML, and so JSON too. Knows names of datasets, model packs and decoders; the server checks everything else.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type {
  CatalogQuery,
  ListDatasetsQuery,
  StartBenchmarkInput,
} from '../client/generated/graphql.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';

const entrant = z.strictObject({
  label: z.string(),
  model: z.string().optional(),
  decoder: z.string().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  sampling: z
    .strictObject({
      temperature: z.number().optional(),
      topK: z.int().optional(),
      topP: z.number().optional(),
      repetitionPenalty: z.number().optional(),
    })
    .optional(),
});

const file = z.strictObject({
  name: z.string().optional(),
  dataset: z.string(),
  maskings: z.array(z.string()),
  entrants: z.array(entrant),
  items: z.int().optional(),
  seed: z.union([z.int().nonnegative(), z.string().regex(/^\d{1,19}$/)]).optional(),
  measures: z.array(z.enum(['FILL', 'SCORE'])).optional(),
  scoreDraws: z.int().optional(),
});

/** What names in a file stand for. */
export type Names = Pick<CatalogQuery, 'models'> & ListDatasetsQuery;

/** Reads a file. @throws INVALID_INPUT with everything that is wrong with it */
export function benchmarkInputOf(text: string, path: string, names: Names): StartBenchmarkInput {
  const parsed = file.safeParse(parseYaml(text, path));
  if (!parsed.success) {
    const [first, ...others] = parsed.error.issues.map((issue) => problem(issue, path));
    if (first !== undefined) throw problemsError([first, ...others]);
  }
  const { name, dataset, maskings, entrants, items, seed, measures, scoreDraws } = file.parse(
    parseYaml(text, path),
  );
  return {
    name: name ?? null,
    dataset: datasetId(dataset, names),
    maskings: maskings.map((masking) => ({ name: masking })),
    entrants: entrants.map((asked) => entrantInput(asked, names)),
    items: items ?? null,
    seed: seed === undefined ? null : String(seed),
    ...(measures === undefined ? {} : { measures }),
    ...(scoreDraws === undefined ? {} : { scoreDraws }),
  };
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new InfillError('INVALID_INPUT', `${path} is not YAML: ${error.message}`);
  }
  return document.toJS({ maxAliasCount: 100 });
}

function problem({ path: at, message }: z.core.$ZodIssue, path: string): Problem {
  const place = at.map(String);
  const said = `${path}: ${place.join('.') || 'the file'}: ${message}.`;
  return { path: place, code: 'INVALID_INPUT', message: said, value: null, limit: null };
}

function datasetId(name: string, { datasets }: Names): string {
  const found = datasets.find((dataset) => dataset.name === name || dataset.id === name);
  if (found !== undefined) return found.id;
  const known = datasets.map((dataset) => dataset.name).join(', ');
  const message = `There is no dataset "${name}"; there are: ${known}.`;
  throw new InfillError('UNKNOWN_DATASET', message);
}

function entrantInput(
  { label, model, decoder, options, sampling }: z.output<typeof entrant>,
  { models }: Names,
): StartBenchmarkInput['entrants'][number] {
  const pack = models.find(({ name }) => name === model);
  if (model !== undefined && pack === undefined) {
    const known = models.map(({ name }) => name).join(', ');
    throw new InfillError('UNKNOWN_MODEL', `There is no model "${model}"; there are: ${known}.`);
  }
  return {
    label,
    model: pack?.id ?? null,
    decoder: decoder === undefined ? null : { plugin: { name: decoder, options: options ?? {} } },
    sampling: sampling ?? null,
  };
}
