/**
 * Which files a model has at a revision, with their sizes and hashes.
 *
 * Knows the hub's API for models, which gives long listings in pages; what it answers is hostile until its schema fits. Of
 * hashes, a large file has its sha256, a small one that of a git blob.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { parseJson } from '../regular-file.ts';
import { type HubContext, persist, whileHeard } from './hub-context.ts';
import { type HubModel, hubPath, isCommit } from './hub-name.ts';
import { type HubQuery, PassingFailure, reasonOf, requestHub } from './hub-request.ts';

/** A file of a model. */
export type HubFile = {
  readonly name: string;
  readonly size: number;
  /** Hexadecimal; 64 digits are a sha256 of the file, 40 the sha1 of it as a git blob. */
  readonly hash: string;
};

/** The files in the root of a model at a commit. */
export type HubListing = { readonly commit: string; readonly files: readonly HubFile[] };

const commitSchema = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const treeSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative().default(0),
    oid: z.string().regex(/^[0-9a-f]{40}$/),
    lfs: z
      .looseObject({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() })
      .optional(),
  }),
);

const maxAnswerBytes = 16 * 1024 * 1024;
/** The hub's own pages have a thousand entries. */
const maxPages = 100;
const maxEntries = 100_000;

/** The listing. @throws InfillError HUB_REFUSED or HUB_UNAVAILABLE */
export async function listFiles(context: HubContext, model: HubModel): Promise<HubListing> {
  const revision = encodeURIComponent(model.revision);
  const query = { model, url: apiUrl(context, model, `revision/${revision}`) };
  const { sha: commit } = (await ask(context, query, commitSchema)).value;
  if (isCommit(model.revision) && commit !== model.revision) {
    const message = `${hubPath(model)} was asked for at ${model.revision}; the hub has ${commit} instead.`;
    throw new InfillError('HUB_REFUSED', message);
  }
  const tree = await listTree(context, model, commit);
  const files = tree
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }) => ({
      name: path,
      size: lfs?.size ?? size,
      hash: lfs?.oid ?? oid,
    }));
  return { commit, files };
}

/** All pages, one after another. */
async function listTree(
  context: HubContext,
  model: HubModel,
  commit: string,
): Promise<z.infer<typeof treeSchema>> {
  const entries: z.infer<typeof treeSchema> = [];
  let url: URL | null = apiUrl(context, model, `tree/${commit}`);
  for (let page = 0; url !== null; page++) {
    if (page === maxPages || entries.length > maxEntries) {
      const message = `${url.host} lists more than ${maxPages} pages or ${maxEntries} files of ${hubPath(model)}.`;
      throw new InfillError('HUB_REFUSED', message);
    }
    const answer: Answer<typeof treeSchema> = await ask(context, { model, url }, treeSchema);
    for (const entry of answer.value) entries.push(entry);
    url = nextPage(answer.link, url);
  }
  return entries;
}

/**
 * Where a listing goes on, by the answer's Link header; null at its end.
 *
 * Source: RFC 8288. @throws InfillError HUB_REFUSED for another host: it would be shown the token, or none.
 */
function nextPage(link: string | null, from: URL): URL | null {
  const [, target] = /<([^>]*)>\s*;[^,<]*\brel="?next(?:[";,\s]|$)/i.exec(link ?? '') ?? [];
  if (target === undefined) return null;
  const next = URL.canParse(target, from.href) ? new URL(target, from) : null;
  if (next?.origin === from.origin) return next;
  const place = next === null ? 'nowhere' : next.origin;
  throw new InfillError(
    'HUB_REFUSED',
    `The listing of ${from.host} goes on at ${place}; another host is not asked.`,
  );
}

function apiUrl({ settings }: HubContext, model: HubModel, what: string): URL {
  return new URL(`${settings.endpoint}/api/models/${hubPath(model)}/${what}`);
}

/** What was answered, and the Link header that came with it. */
type Answer<T extends z.ZodType> = {
  readonly value: z.infer<T>;
  readonly link: string | null;
};

async function ask<T extends z.ZodType>(
  context: HubContext,
  { model, url }: HubQuery,
  schema: T,
): Promise<Answer<T>> {
  const { text, link } = await persist(context, () =>
    whileHeard(context, url.host, async (signal, heard) => {
      const response = await requestHub(context.settings, { model, url }, signal);
      const link = response.headers.get('link');
      return { text: await readText(response, url.host, heard), link };
    }),
  );
  const parsed = schema.safeParse(parseJson(text, `The answer of ${url.host}`, 'HUB_REFUSED'));
  if (parsed.success) return { value: parsed.data, link };
  const problems = z.prettifyError(parsed.error);
  throw new InfillError('HUB_REFUSED', `${url.href} answers with something else: ${problems}.`);
}

async function readText(response: Response, host: string, heard: () => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyOf(response, host)) {
    heard();
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxAnswerBytes) {
      const message = `${host} answers with more than ${maxAnswerBytes} bytes to a question about files.`;
      throw new InfillError('HUB_REFUSED', message);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Chunks of the body. @throws PassingFailure when the connection breaks. */
export async function* bodyOf(response: Response, host: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new PassingFailure(`${host} broke off (${reasonOf(cause)})`, null, cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
