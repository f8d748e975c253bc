/**
 * Asks the server that holds a data folder, by the secret in its lock file.
 *
 * Knows how such a server is found and what its refusals look like; knows no request.
 */
import { hostname } from 'node:os';
import { z } from 'zod';
import { type ErrorCode, errorFamilies, InfillError } from '../errors.ts';
import { readLock } from '../store/folder-lock.ts';

/** A server of this machine, and what it is shown. */
export type LocalServer = { readonly url: string; readonly secret: string };

const refusal = z.object({
  errors: z.tuple([
    z.object({
      message: z.string(),
      extensions: z.object({
        code: z.string(),
        problems: z
          .array(
            z.object({
              path: z.array(z.string()),
              code: z.string().transform(codeOf),
              message: z.string(),
              value: z.string().nullable(),
              limit: z.string().nullable(),
            }),
          )
          .default([]),
        requestId: z.string().optional(),
      }),
    }),
  ]),
});

/** Returns the server that has the data folder open; null when there is none, or it is not of this machine. */
export function findLocalServer(dataDir: string): LocalServer | null {
  const holder = readLock(dataDir);
  if (!holder?.url || holder.secret === null || holder.host !== hostname()) return null;
  return { url: holder.url, secret: holder.secret };
}

/**
 * Sends a request below `/machine/`; the answer is read by the caller.
 *
 * @throws what the server threw; SERVER_FAILED when there is no answer, or none that is understood.
 */
export async function askLocalServer(
  { url, secret }: LocalServer,
  path: string,
  body: unknown,
): Promise<Response> {
  const response = await post(new URL(path, url).href, secret, body);
  if (!response.ok) throw await errorOf(response, url);
  return response;
}

async function post(url: string, secret: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

function unreachable(url: string, cause: unknown): InfillError {
  const advice = 'If it was just started or stopped, try again.';
  return new InfillError('SERVER_FAILED', `The server at ${url} does not answer. ${advice}`, {
    cause,
  });
}

async function errorOf(response: Response, url: string): Promise<InfillError> {
  const parsed = refusal.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    return new InfillError('SERVER_FAILED', `The server at ${url} answered ${response.status}.`);
  }
  const [{ message, extensions }] = parsed.data.errors;
  const { code, problems, requestId } = extensions;
  const where = requestId === undefined ? '' : ` (request ${requestId} in its log)`;
  return new InfillError(codeOf(code), `${message}${where}`, { problems });
}

function codeOf(code: string): ErrorCode {
  return Object.hasOwn(errorFamilies, code) ? (code as ErrorCode) : 'SERVER_FAILED';
}
