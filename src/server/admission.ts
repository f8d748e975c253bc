/**
 * Which requests are looked at at all: by Host, Origin, path, media type and encoding.
 *
 * A page on another site can make a browser send requests here, also to a loopback address and under a host name
 * of its own (DNS rebinding); these checks are what stops it. Knows headers; knows no body and no GraphQL.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Config, isReachable } from '../config.ts';

/** Why a request is not looked at. */
export type Refusal = { readonly status: number; readonly code: string; readonly message: string };

/** What admission depends on. */
export type AdmissionPolicy = Pick<Config, 'host' | 'allowedHosts' | 'allowedOrigins'>;

const hostPattern = /^((?:[a-z0-9._-]+|\[[0-9a-f:.]+\]))(?::\d{1,5})?$/;
const loopbackPattern = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const jsonPattern = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Why a request or an upgrade is refused by where it comes from; null when it is not. */
export function originRefusal(
  headers: IncomingHttpHeaders,
  policy: AdmissionPolicy,
): Refusal | null {
  const host = headers.host ?? '';
  if (!isAllowedHost(host.toLowerCase(), policy)) {
    const message = `The host "${shown(host)}" is not allowed; the setting ALLOWED_HOSTS lists the allowed ones.`;
    return { status: 403, code: 'HOST_NOT_ALLOWED', message };
  }
  const { origin } = headers;
  if (origin !== undefined && !isAllowedOrigin(origin, policy)) {
    const message = `The origin "${shown(origin)}" is not allowed; the setting ALLOWED_ORIGINS lists the allowed ones.`;
    return { status: 403, code: 'ORIGIN_NOT_ALLOWED', message };
  }
  return null;
}

/** Why a body is not read; null when it may be. A compressed one could grow without bound. */
export function bodyRefusal(headers: IncomingHttpHeaders): Refusal | null {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    const message = `The content encoding "${shown(encoding)}" is not supported; send the body as it is.`;
    return { status: 415, code: 'UNSUPPORTED_ENCODING', message };
  }
  const mediaType = headers['content-type'] ?? '';
  if (!jsonPattern.test(mediaType)) {
    const message = `The content type "${shown(mediaType)}" is not supported; send application/json.`;
    return { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message };
  }
  return null;
}

function isAllowedHost(host: string, { allowedHosts }: AdmissionPolicy): boolean {
  const [, name = ''] = hostPattern.exec(host) ?? [];
  return (
    name !== '' &&
    (loopbackPattern.test(name) || allowedHosts.includes(name) || allowedHosts.includes(host))
  );
}

/**
 * Whether pages of an origin may send requests: one that the policy lists, or of a loopback address while the server
 * listens at one. Of any other server those pages are strangers, served by whatever runs on its clients' machines.
 */
export function isAllowedOrigin(
  origin: string,
  { host, allowedOrigins }: Pick<AdmissionPolicy, 'host' | 'allowedOrigins'>,
): boolean {
  return allowedOrigins.includes(origin) || (!isReachable(host) && isLoopbackOrigin(origin));
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: canonical } = new URL(origin);
  return canonical === origin && /^https?:$/.test(protocol) && loopbackPattern.test(hostname);
}

function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
