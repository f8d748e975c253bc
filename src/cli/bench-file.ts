/**
 * A file that says what to compare, as the input of a benchmark.
 *
 * YAML, and so JSON too. Knows names of datasets, model packs and decoders; the server checks everything else.
 */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type {
  CatalogQuery,
  ListDatasetsQuery,
  StartBenchmarkInput,
} from '../client/generated/graphql.ts';
import { type ErrorCode, InfillError, type Problem, problemsError } from '../errors.ts';

/** How often a file may repeat parts of itself. */
const maxAliasCount = 100;

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

const wholeSeed = { error: 'It must be a whole number from 0 to 2^63 − 1, above 2^53 in quotes' };

const file = z.strictObject({
  name: z.string().optional(),
  dataset: z.string(),
  maskings: z.array(z.string()),
  entrants: z.array(entrant),
  items: z.int().optional(),
  seed: z
    .union([z.int(wholeSeed).nonnegative(wholeSeed), z.string().regex(/^\d{1,19}$/, wholeSeed)])
    .optional(),
  measures: z.array(z.enum(['FILL', 'SCORE'])).optional(),
  scoreDraws: z.int().optional(),
});

/** What names in a file stand for. */
export type Names = Pick<CatalogQuery, 'models'> & ListDatasetsQuery;

/** Reads a file. @throws INVALID_INPUT, UNKNOWN_DATASET, UNKNOWN_MODEL with everything that is wrong with it */
export function benchmarkInputOf(text: string, path: string, names: Names): StartBenchmarkInput {
  const parsed = file.safeParse(parseYaml(text, path));
  if (!parsed.success) throw allOf(parsed.error.issues.map((issue) => problem(issue, path)));
  const { name, dataset, maskings, entrants, items, seed, measures, scoreDraws } = parsed.data;
  const problems: Problem[] = [];
  const input = {
    name: name ?? null,
    dataset: datasetId(dataset, names, problems),
    maskings: maskings.map((masking) => ({ name: masking })),
    entrants: entrants.map((asked, index) => entrantInput(asked, index, { names, problems })),
    items: items ?? null,
    seed: seed === undefined ? null : String(seed),
    ...(measures === undefined ? {} : { measures }),
    ...(scoreDraws === undefined ? {} : { scoreDraws }),
  };
  if (problems.length > 0) throw allOf(problems);
  return input;
}

/** Where in a file the part of the API's input is that a problem is about. */
export function placeInFile([
  root = '',
  index = '',
  ...rest
]: readonly string[]): readonly string[] {
  const place = [root, index].filter((part) => part !== '');
  if (root === 'maskings') return place;
  const [group, byName, field, ...more] = rest;
  if (root !== 'entrants' || group !== 'decoder' || byName !== 'plugin') return [...place, ...rest];
  return [...place, ...(field === 'options' ? [field, ...more] : ['decoder'])];
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw allOf(document.errors.map(({ message }) => wrong([], `${path} is not YAML: ${message}`)));
  }
  try {
    return document.toJS({ maxAliasCount });
  } catch (cause) {
    throw tooManyAliases(path, cause);
  }
}

function tooManyAliases(path: string, cause: unknown): InfillError {
  const message = `${path} repeats parts of itself more than ${maxAliasCount} times.`;
  return new InfillError('INVALID_INPUT', message, { cause });
}

function allOf(problems: readonly Problem[]): InfillError {
  const [first, ...others] = problems;
  assert(first !== undefined, 'Something is wrong.');
  return problemsError([first, ...others]);
}

function wrong(at: readonly string[], message: string, code: ErrorCode = 'INVALID_INPUT'): Problem {
  return { path: at, code, message, value: null, limit: null };
}

function problem({ path: at, message }: z.core.$ZodIssue, path: string): Problem {
  const place = at.map(String);
  return wrong(place, place.length === 0 ? `${path}: ${message}.` : `${message}.`);
}

function datasetId(name: string, { datasets }: Names, problems: Problem[]): string {
  const found = datasets.filter((dataset) => dataset.name === name || dataset.id === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  if (only !== undefined) {
    const ids = found.map(({ id }) => id).join(', ');
    const message = `${found.length} datasets are called "${name}"; give the id of one: ${ids}.`;
    problems.push(wrong(['dataset'], message));
    return name;
  }
  const known = datasets.map((dataset) => dataset.name).join(', ');
  const message = `There is no dataset "${name}"; there are: ${known}.`;
  problems.push(wrong(['dataset'], message, 'UNKNOWN_DATASET'));
  return name;
}

function entrantInput(
  { label, model, decoder, options, sampling }: z.output<typeof entrant>,
  index: number,
  { names: { models }, problems }: { readonly names: Names; readonly problems: Problem[] },
): StartBenchmarkInput['entrants'][number] {
  const pack = models.find(({ name, id }) => name === model || id === model);
  if (model !== undefined && pack === undefined) {
    const known = models.map(({ name }) => name).join(', ');
    const message = `There is no model "${model}"; there are: ${known}.`;
    problems.push(wrong(['entrants', String(index), 'model'], message, 'UNKNOWN_MODEL'));
  }
  if (options !== undefined && decoder === undefined) {
    const message = 'There are options without a decoder that they are of.';
    problems.push(wrong(['entrants', String(index), 'options'], message));
  }
  return {
    label,
    model: pack?.id ?? null,
    decoder: decoder === undefined ? null : { plugin: { name: decoder, options: options ?? {} } },
    sampling: sampling ?? null,
  };
}
