/**
 * One GET, with redirects followed by hand.
 *
 * The token is shown to the endpoint's own origin and to no other. Every hop is https; an endpoint on this machine may be
 * asked over http, and only then may it send on over http, on this machine. Knows status codes; knows no files.
 */
import { InfillError } from '../../errors.ts';
import { type HubModel, hubPath } from './hub-name.ts';
import { type HubSettings, isAllowedUrl } from './hub-settings.ts';

/** A failure that another attempt may not meet. */
export class PassingFailure extends Error {
  /** Milliseconds that the server asked to wait; null when it did not. */
  readonly waitMs: number | null;

  constructor(message: string, waitMs: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'PassingFailure';
    this.waitMs = waitMs;
  }
}

/** What is asked for. */
export type HubQuery = {
  readonly model: HubModel;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
};

const maxRedirects = 8;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

/**
 * The answer to a query, with status 200, 206 or 416; its body is not read yet.
 *
 * @throws PassingFailure for a broken connection, 429, or a status of 500 and above; InfillError HUB_REFUSED for what will
 *   stay so.
 */
export async function requestHub(
  settings: HubSettings,
  { model, url, headers = {} }: HubQuery,
  signal: AbortSignal,
): Promise<Response> {
  let target = url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await requestOnce(settings, target, headers, signal);
    const location = response.headers.get('location');
    if (!redirects.includes(response.status) || location === null) {
      await refuseStatus(response, settings, model);
      return response;
    }
    await response.body?.cancel();
    target = nextTarget(location, target, settings);
  }
  throw refusal(model, `redirects more than ${maxRedirects} times`);
}

async function requestOnce(
  { endpoint, token }: HubSettings,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const isOwn = url.origin === new URL(endpoint).origin;
  const authorization = isOwn && token !== null ? { authorization: `Bearer ${token}` } : {};
  // Bytes as they are: positions in a file count uncompressed ones.
  const sent = { 'accept-encoding': 'identity', ...headers, ...authorization };
  return fetch(url, { headers: sent, redirect: 'manual', signal }).catch((cause) => {
    throw new PassingFailure(`${url.host} cannot be reached (${reasonOf(cause)})`, null, cause);
  });
}

function nextTarget(location: string, from: URL, { endpoint }: HubSettings): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null;
  // Which an endpoint does on this machine only, and `isAllowedUrl` keeps the target there.
  const isPlain = new URL(endpoint).protocol === 'http:';
  if (target === null || !isAllowedUrl(target) || (target.protocol === 'http:' && !isPlain)) {
    const place = target === null ? 'nowhere' : target.origin;
    throw new InfillError(
      'HUB_REFUSED',
      `${from.host} redirects to ${place}; only https is followed.`,
    );
  }
  // fetch takes no address with a name and a password in it; nobody here has asked to be known by them.
  target.username = '';
  target.password = '';
  return target;
}

async function refuseStatus(
  response: Response,
  { endpoint, token }: HubSettings,
  model: HubModel,
): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return;
  await response.body?.cancel();
  const place = new URL(endpoint).host;
  if (status === 429 || status >= 500) {
    throw new PassingFailure(`${place} answers with status ${status}`, waitOf(response));
  }
  if (status === 401 || status === 403) {
    const shown =
      token === null ? 'no HF_TOKEN is set' : 'the HF_TOKEN that is set does not open it';
    const terms = `Its terms, if it has any, are accepted at ${endpoint}/${hubPath(model)}`;
    throw refusal(
      model,
      `is not at ${place}, or not open to all: ${shown} (status ${status}). ${terms}`,
    );
  }
  if (status === 404) {
    const what = `has no revision ${model.revision}, or is not at ${place} at all (status 404)`;
    throw refusal(model, `${what}; no folder here has that name`);
  }
  throw refusal(model, `cannot be fetched: ${place} answers with status ${status}`);
}

function refusal(model: HubModel, what: string): InfillError {
  return new InfillError('HUB_REFUSED', `${hubPath(model)} ${what}.`);
}

const maxWaitMs = 60_000;

/** Retry-After in seconds; a date is not heeded. */
function waitOf({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 ? Math.min(1000 * seconds, maxWaitMs) : null;
}

/** What went wrong below fetch, which says "fetch failed" for everything. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) {
    return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  }
  return String(cause);
}
