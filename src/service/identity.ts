/**
 * Who is asking: API keys, the tokens that browsers get for them, and what each credential allows.
 *
 * Knows secrets as their senders show them; knows no header, and no secret that was given out before.
 */
import type { ApiKeyRow } from '../store/api-keys.ts';
import type { Scope, Viewer } from './service.ts';

/** What a request shows of who sent it. */
export type Presented = {
  /** Of an API key, a client token or this machine; null where the request carries none. */
  readonly secret: string | null;
  /** The `Origin` of the request; null without one. */
  readonly origin: string | null;
  /** Whether the request came over a loopback address: only such a one may use the machine's secret. */
  readonly isFromThisMachine: boolean;
};

/** A key to be made. */
export type NewApiKey = {
  readonly name: string;
  /** Whose runs it makes and sees. */
  readonly owner: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  /** Most cost per minute; null: no limit. */
  readonly costPerMinute: number | null;
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
};

/** Whether a key still opens anything. */
export type ApiKeyState = 'ACTIVE' | 'EXPIRED' | 'REVOKED';

/** A key as its server knows it, without its secret. */
export type ApiKey = Omit<ApiKeyRow, 'secretHash'> & { readonly state: ApiKeyState };

/** A key that was just made: the only time its secret is seen. */
export type CreatedApiKey = { readonly secret: string; readonly key: ApiKey };

/** A token to be minted. */
export type MintClientTokenInput = {
  /** In [1, 3600]. */
  readonly ttlSeconds: number;
  /** In [1, 1,000,000]. */
  readonly costBudget: number;
  /** One to ten origins of pages that may use it, each one that the server lets in. */
  readonly origins: readonly string[];
};

/** A token that was just minted: the only time its secret is seen. */
export type MintedToken = {
  readonly token: string;
  readonly expiresAt: Date;
  readonly costBudget: number;
  readonly origins: readonly string[];
};

/** Credentials of one server. */
export interface Identity {
  /**
   * Who sent a request, looked up anew each time: what is revoked stops at once.
   *
   * Without keys in the database, whoever shows no secret is the machine itself.
   *
   * @throws UNAUTHENTICATED, with what is wrong with the credential and without the credential.
   */
  authenticate(presented: Presented): Promise<Viewer>;
  /** Whether there is a key, in whatever state: a server that had keys does not open up when the last one ends. */
  hasKeys(): Promise<boolean>;
  /** @throws INVALID_INPUT with all problems; CONFLICT when an active key has the name. */
  createKey(input: NewApiKey): Promise<CreatedApiKey>;
  /** All keys, oldest first. */
  listKeys(): Promise<readonly ApiKey[]>;
  /** Idempotent. @throws INVALID_INPUT when there is no such key. */
  revokeKey(id: string): Promise<ApiKey>;
  /**
   * Mints a token of the viewer's key.
   *
   * @throws UNSUPPORTED unless the viewer is known by an API key; INVALID_INPUT with all problems.
   */
  mintClientToken(input: MintClientTokenInput, viewer: Viewer): Promise<MintedToken>;
}
