/**
 * Which files a model has at a revision, with their sizes and hashes.
 *
 * Knows the hub's API for models; what it answers is hostile until its schema fits. Of hashes, a large file has its sha256, a
 * small one that of a git blob.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { parseJson } from '../regular-file.ts';
import { type HubContext, persist, whileHeard } from './hub-context.ts';
import { type HubModel, hubPath, isCommit } from './hub-name.ts';
import { PassingFailure, reasonOf, requestHub } from './hub-request.ts';

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

/** The listing. @throws InfillError HUB_REFUSED or HUB_UNAVAILABLE */
export async function listFiles(context: HubContext, model: HubModel): Promise<HubListing> {
  const revision = encodeURIComponent(model.revision);
  const { sha: commit } = await ask(context, model, `revision/${revision}`, commitSchema);
  if (isCommit(model.revision) && commit !== model.revision) {
    const message = `${hubPath(model)} was asked for at ${model.revision}; the hub has ${commit} instead.`;
    throw new InfillError('HUB_REFUSED', message);
  }
  const tree = await ask(context, model, `tree/${commit}`, treeSchema);
  const files = tree
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }) => ({
      name: path,
      size: lfs?.size ?? size,
      hash: lfs?.oid ?? oid,
    }));
  return { commit, files };
}

async function ask<T extends z.ZodType>(
  context: HubContext,
  model: HubModel,
  what: string,
  schema: T,
): Promise<z.infer<T>> {
  const url = new URL(`${context.settings.endpoint}/api/models/${hubPath(model)}/${what}`);
  const text = await persist(context, () =>
    whileHeard(context, url.host, async (signal, heard) =>
      readText(await requestHub(context.settings, { model, url }, signal), url.host, heard),
    ),
  );
  const parsed = schema.safeParse(parseJson(text, `The answer of ${url.host}`, 'HUB_REFUSED'));
  if (parsed.success) return parsed.data;
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
