/**
 * Who may do what, as the table that the server is held to: every field of the API and every path.
 */

/** What a request can show of itself, in the order of the columns. */
export const credentials = [
  'none',
  'wrong',
  'read',
  'infill',
  'admin',
  'expired',
  'revoked',
  'token',
  'late token',
  'strange token',
  'machine',
] as const;

/** A column. */
export type CredentialName = (typeof credentials)[number];

/** What the columns are, for readers. */
export const credentialTexts: Readonly<Record<CredentialName, string>> = {
  none: 'no credential',
  wrong: 'an API key that nobody made',
  read: 'an API key with the scope READ',
  infill: 'an API key with the scope INFILL',
  admin: 'an API key with the scope ADMIN',
  expired: 'an API key that has expired',
  revoked: 'an API key that was revoked',
  token: 'a client token, from a page that it is for',
  'late token': 'a client token that has expired',
  'strange token': 'a client token, from a page that it is not for',
  machine: 'the secret of the lock file, from this machine',
};

const known = ['read', 'infill', 'admin', 'token', 'machine'] as const;

/** What a request is answered: `yes`, a code, an error type or a status. */
export type Verdict = string;

/** A row: the operation, and what those are answered that are let in; others are not known. */
export type FieldRow = {
  /** Type and field. */
  readonly field: string;
  /** `$id` stands for an infill of whoever asks. */
  readonly operation: string;
  readonly answers: Readonly<Record<(typeof known)[number], Verdict>>;
};

const forAll = answersWhere(() => true);
const forReaders = answersWhere((name) => ['read', 'admin', 'machine'].includes(name));
const forFillers = answersWhere((name) => name !== 'read');
const forAdmins = answersWhere((name) => ['admin', 'machine'].includes(name));

const input = '(input: { source: { text: "[MASK]" } })';

const absent = '00000000-0000-7000-8000-000000000000';
const noDataset = Buffer.from(`Dataset:${absent}`).toString('base64');
const noComparison = Buffer.from(`Comparison:${absent}`).toString('base64');
const noBenchmark = Buffer.from(`Benchmark:${absent}`).toString('base64');
const noneFound = answersAll('NotFoundError');
const notFound = insteadOfYes(forFillers, 'NotFoundError');
const datasetNotFound = insteadOfYes(forReaders, 'UNKNOWN_DATASET');
const notFoundByAdmins = insteadOfYes(forAdmins, 'NotFoundError');

/** Every field of the root types. */
export const fieldRows: readonly FieldRow[] = [
  query('decoders', '{ decoders { name } }', forAll),
  query('models', '{ models { tokenize(text: "a") { ids } } }', forAll),
  query('viewer', '{ viewer { owner } }', forAll),
  query('planInfill', `{ planInfill${input} { ... on InfillPlan { cost } } }`, forAll),
  query('node', '{ node(id: "$id") { id } }', forAll),
  query('nodes', '{ nodes(ids: ["$id"]) { id } }', forAll),
  query('infill', '{ infill(id: "$id") { id } }', forAll),
  query('infills', '{ infills { totalCount } }', forReaders),
  query('comparison', '{ __typename comparison(id: "$id") { id } }', forAll),
  query('comparisons', '{ comparisons { totalCount } }', forReaders),
  query('datasets', '{ datasets { id } }', forReaders),
  // Who asks has none: the answer is null, and no refusal.
  query('dataset', '{ __typename dataset(id: "$id") { id } }', forAll),
  query('benchmark', '{ __typename benchmark(id: "$id") { id } }', forAll),
  query('benchmarks', '{ benchmarks { totalCount } }', forReaders),
  query(
    'leaderboard',
    `{ leaderboard(dataset: "${noDataset}", masking: { name: "explicit" }, metric: EXACT_MATCH) { totalCount } }`,
    datasetNotFound,
  ),
  mutation('infill', `infill${input}`, forFillers),
  mutation('submitInfill', `submitInfill${input}`, forFillers),
  mutation('cancelInfill', 'cancelInfill(input: { id: "$id" })', forFillers),
  mutation(
    'scoreInfill',
    'scoreInfill(input: { source: { text: "[MASK]" }, fill: { slots: ["a"] } })',
    forFillers,
  ),
  mutation(
    'mintClientToken',
    'mintClientToken(input: { ttlSeconds: 9, costBudget: 9, origins: ["https://pages.example"] })',
    { ...forFillers, token: 'UnsupportedError', machine: 'UnsupportedError' },
  ),
  mutation(
    'deleteInfills',
    'deleteInfills(input: { finishedBefore: "2000-01-01T00:00:00Z" })',
    forAdmins,
  ),
  mutation(
    'importDataset',
    'importDataset(input: { name: "a", licence: "b", source: "c", format: LINES, content: { inline: "d" } })',
    { ...forFillers, token: 'UnsupportedError' },
  ),
  mutation('deleteDataset', `deleteDataset(input: { id: "${noDataset}" })`, notFoundByAdmins),
  mutation(
    'startBenchmark',
    `startBenchmark(input: { dataset: "${noDataset}", maskings: [{ name: "explicit" }], entrants: [] })`,
    { ...notFound, token: 'UnsupportedError' },
  ),
  mutation(
    'importFills',
    `importFills(input: { benchmark: "${noBenchmark}", label: "a", content: { inline: "b" } })`,
    { ...notFound, token: 'UnsupportedError' },
  ),
  mutation('cancelBenchmark', `cancelBenchmark(input: { id: "${noBenchmark}" })`, notFound),
  mutation('deleteBenchmark', `deleteBenchmark(input: { id: "${noBenchmark}" })`, notFoundByAdmins),
  subscription(
    'importDataset',
    'importDataset(input: { name: "a", licence: "b", source: "c", format: LINES, content: { inline: "d" } })',
    { ...forFillers, token: 'UnsupportedError' },
  ),
  subscription('benchmarkEvents', `benchmarkEvents(id: "${noBenchmark}")`, noneFound),
  subscription('infill', `infill${input}`, forFillers),
  mutation(
    'compare',
    'compare(input: { source: { text: "[MASK]" }, entrants: [{ label: "a" }, { label: "b" }] })',
    forFillers,
  ),
  subscription('comparisonEvents', `comparisonEvents(id: "${noComparison}")`, noneFound),
  subscription('infillEvents', 'infillEvents(id: "$id")', forAll),
];

/** A path of the server besides operations: what everyone is answered. */
export type PathRow = {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly what: string;
  /** Status by credential; `open` is the status that all get. */
  readonly open: number | null;
};

/** Every path. */
export const pathRows: readonly PathRow[] = [
  { method: 'GET', path: '/graphql', accept: 'text/html', what: 'the GraphQL page', open: 200 },
  { method: 'GET', path: '/graphql', accept: 'application/json', what: 'an operation', open: null },
  {
    method: 'OPTIONS',
    path: '/graphql',
    accept: '*/*',
    what: 'what browsers ask first',
    open: 204,
  },
  {
    method: 'OPTIONS',
    path: `/exports/benchmarks/${absent}.csv`,
    accept: '*/*',
    what: 'what browsers ask first',
    open: 204,
  },
  { method: 'GET', path: '/health/live', accept: '*/*', what: 'whether it runs', open: 200 },
  { method: 'GET', path: '/health/ready', accept: '*/*', what: 'whether it takes work', open: 200 },
  { method: 'GET', path: '/metrics', accept: '*/*', what: 'the metrics', open: null },
  {
    method: 'GET',
    path: `/exports/benchmarks/${absent}.csv`,
    accept: '*/*',
    what: "a benchmark of somebody else's as a file",
    open: null,
  },
];

/** What a credential is answered for a field. */
export function expectedVerdict({ answers }: FieldRow, name: CredentialName): Verdict {
  return name in answers ? answers[name as keyof typeof answers] : 'UNAUTHENTICATED';
}

/** What a credential is answered at a path. */
export function expectedStatus({ path, open }: PathRow, name: CredentialName): number {
  if (open !== null) return open;
  if (!(name in forAll)) return 401;
  if (path.startsWith('/exports/')) return 404;
  return path === '/metrics' && forAdmins[name as keyof typeof forAdmins] !== 'yes' ? 403 : 200;
}

function answersWhere(isAllowed: (name: string) => boolean): FieldRow['answers'] {
  const verdict = (name: string) => (isAllowed(name) ? 'yes' : 'FORBIDDEN');
  return {
    read: verdict('read'),
    infill: verdict('infill'),
    admin: verdict('admin'),
    token: verdict('token'),
    machine: verdict('machine'),
  };
}

/** What is answered in place of `yes` where there is nothing that was asked for. */
function insteadOfYes(answers: FieldRow['answers'], verdict: Verdict): FieldRow['answers'] {
  const told = Object.entries(answers).map(([name, answer]) => [
    name,
    answer === 'yes' ? verdict : answer,
  ]);
  return { ...answers, ...Object.fromEntries(told) };
}

function answersAll(verdict: Verdict): FieldRow['answers'] {
  return { read: verdict, infill: verdict, admin: verdict, token: verdict, machine: verdict };
}

function query(field: string, operation: string, answers: FieldRow['answers']): FieldRow {
  return { field: `Query.${field}`, operation, answers };
}

function mutation(field: string, call: string, answers: FieldRow['answers']): FieldRow {
  return { field: `Mutation.${field}`, operation: `mutation { ${call} { __typename } }`, answers };
}

function subscription(field: string, call: string, answers: FieldRow['answers']): FieldRow {
  const operation = `subscription { ${call} { __typename } }`;
  return { field: `Subscription.${field}`, operation, answers };
}
