/**
 * Where models are fetched from and kept, from the environment variables of Hugging Face's own tools.
 *
 * Knows names and defaults; fetches nothing.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InfillError } from '../../errors.ts';

/** Settings for one program. */
export type HubSettings = {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Shown to the endpoint only; null: nothing is shown. */
  readonly token: string | null;
  /** Use what is in the cache and ask nobody. */
  readonly isOffline: boolean;
  /** Absolute. */
  readonly cacheFolder: string;
};

const defaultEndpoint = 'https://huggingface.co';

/**
 * Reads HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME.
 *
 * @throws InfillError INVALID_CONFIG for an endpoint that is no URL, or is not https; on this machine http will do.
 */
export function hubSettings(env: Readonly<Record<string, string | undefined>>): HubSettings {
  const cacheHome = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const home = env['HF_HOME'] || join(cacheHome, 'huggingface');
  return {
    endpoint: endpointOf(env['HF_ENDPOINT'] || defaultEndpoint),
    token: tokenOf(env['HF_TOKEN'] ?? ''),
    isOffline: /^(?:1|on|yes|true)$/i.test(env['HF_HUB_OFFLINE'] ?? ''),
    cacheFolder: resolve(env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'] || join(home, 'hub')),
  };
}

/** Whether requests may go to `url`: over https, or to this machine. */
export function isAllowedUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Whether a host name is of this machine. */
function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function endpointOf(text: string): string {
  if (!URL.canParse(text)) {
    throw new InfillError('INVALID_CONFIG', `HF_ENDPOINT is "${text}"; it must be a URL.`);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new InfillError('INVALID_CONFIG', 'HF_ENDPOINT holds a password; use HF_TOKEN.');
  }
  if (!isAllowedUrl(url)) {
    throw new InfillError(
      'INVALID_CONFIG',
      `HF_ENDPOINT is "${text}"; it must begin with https:// (http:// on this machine only).`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function tokenOf(text: string): string | null {
  const token = text.trim();
  if (token === '') return null;
  // What else it is made of is not said: it is a secret.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new InfillError('INVALID_CONFIG', 'HF_TOKEN has characters that no token has.');
  }
  return token;
}
