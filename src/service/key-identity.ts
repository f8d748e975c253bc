/**
 * Credentials kept in a database, and the secret of the machine, which is kept nowhere.
 *
 * Knows rows and clocks; knows no request. Nothing is cached: a key that is revoked stops with the next request.
 */
import { InfillError, type Problem, problemsError } from '../errors.ts';
import {
  type ApiKeyRow,
  findApiKeyBySecret,
  hasApiKeys,
  insertApiKey,
  listApiKeys,
  revokeApiKey,
} from '../store/api-keys.ts';
import {
  type ClientTokenRow,
  findClientTokenBySecret,
  insertClientToken,
} from '../store/client-tokens.ts';
import type { Database } from '../store/database.ts';
import { hashOfSecret, isSameSecret, kindOfSecret, newSecret } from '../store/secret.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import { apiKeyProblems, clientTokenProblems, conflictingName } from './check-credentials.ts';
import type {
  ApiKey,
  ApiKeyState,
  CreatedApiKey,
  Identity,
  MintClientTokenInput,
  MintedToken,
  NewApiKey,
  Presented,
} from './identity.ts';
import { localViewer, type Scope, type Viewer } from './service.ts';

/** What credentials depend on. */
export type KeyIdentityOptions = {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Null where no server runs: nobody can show it then. */
  readonly machineSecret: string | null;
  /** Whether pages of an origin reach this server at all. */
  readonly isAllowedOrigin: (origin: string) => boolean;
};

/** `Identity` over a database. */
export class KeyIdentity implements Identity {
  readonly #options: KeyIdentityOptions;

  constructor(options: KeyIdentityOptions) {
    this.#options = options;
  }

  async authenticate(presented: Presented): Promise<Viewer> {
    const { secret } = presented;
    if (secret === null) return this.#authenticateWithout();
    switch (kindOfSecret(secret)) {
      case 'lm':
        return this.#authenticateMachine(secret, presented);
      case 'lk':
        return this.#authenticateKey(secret);
      case 'lt':
        return this.#authenticateToken(secret, presented.origin);
      default:
        throw refusal('What was sent is not an API key (lk_…) or a client token (lt_…).');
    }
  }

  hasKeys(): Promise<boolean> {
    return hasApiKeys(this.#options.database);
  }

  async createKey(input: NewApiKey): Promise<CreatedApiKey> {
    const { database, now } = this.#options;
    const createdAt = new Date(now());
    throwAny(apiKeyProblems(input, createdAt));
    const secret = newSecret('lk');
    const key: ApiKeyRow = {
      id: uuidV7(createdAt.getTime()),
      name: input.name,
      owner: input.owner,
      scopes: [...new Set(input.scopes)],
      secretHash: hashOfSecret(secret),
      costPerMinute: input.costPerMinute,
      createdAt,
      expiresAt: input.expiresAt,
      revokedAt: null,
    };
    if (!(await insertApiKey(database, key))) throw conflictingName(input.name);
    return { secret, key: described(key, createdAt) };
  }

  async listKeys(): Promise<readonly ApiKey[]> {
    const keys = await listApiKeys(this.#options.database);
    const now = new Date(this.#options.now());
    return keys.map((key) => described(key, now));
  }

  async revokeKey(id: string): Promise<ApiKey> {
    const now = new Date(this.#options.now());
    const key = await revokeApiKey(this.#options.database, id, now);
    if (key === null) {
      throw new InfillError('INVALID_INPUT', `There is no API key with the id "${id}".`);
    }
    return described(key, now);
  }

  async mintClientToken(input: MintClientTokenInput, viewer: Viewer): Promise<MintedToken> {
    const { database, now, isAllowedOrigin } = this.#options;
    const keyId = mintingKeyOf(viewer);
    throwAny(clientTokenProblems(input, isAllowedOrigin));
    const createdAt = new Date(now());
    const token = newSecret('lt');
    const row: ClientTokenRow = {
      id: uuidV7(createdAt.getTime()),
      keyId,
      secretHash: hashOfSecret(token),
      origins: [...new Set(input.origins)],
      costBudget: input.costBudget,
      costSpent: 0,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + input.ttlSeconds * 1000),
    };
    await insertClientToken(database, row);
    const { expiresAt, costBudget, origins } = row;
    return { token, expiresAt, costBudget, origins };
  }

  async #authenticateWithout(): Promise<Viewer> {
    if (!(await this.hasKeys())) return localViewer;
    throw refusal('This server needs an API key: send "Authorization: Bearer lk_…".');
  }

  #authenticateMachine(secret: string, { isFromThisMachine }: Presented): Viewer {
    const { machineSecret } = this.#options;
    // One answer for both, so that whoever guesses from afar learns nothing.
    if (!isFromThisMachine || machineSecret === null || !isSameSecret(secret, machineSecret)) {
      throw refusal("The secret is not that of this server's machine.");
    }
    return localViewer;
  }

  async #authenticateKey(secret: string): Promise<Viewer> {
    const key = await findApiKeyBySecret(this.#options.database, hashOfSecret(secret));
    if (key === null) throw await this.#unknown('API key');
    this.#requireActive(key);
    const { id, name, owner, costPerMinute, expiresAt } = key;
    return {
      owner,
      scopes: effectiveScopes(key.scopes),
      credential: { kind: 'API_KEY', id, name, costPerMinute, expiresAt },
    };
  }

  async #authenticateToken(secret: string, origin: string | null): Promise<Viewer> {
    const found = await findClientTokenBySecret(this.#options.database, hashOfSecret(secret));
    if (found === null) throw await this.#unknown('client token');
    const { token, key } = found;
    if (token.expiresAt.getTime() <= this.#options.now()) {
      throw refusal(`The client token expired at ${token.expiresAt.toISOString()}.`);
    }
    this.#requireActive(key);
    requireOrigin(token, origin);
    const { id, expiresAt, costBudget } = token;
    return {
      owner: key.owner,
      scopes: new Set<Scope>(['INFILL']),
      credential: {
        kind: 'CLIENT_TOKEN',
        id,
        key: { id: key.id, costPerMinute: key.costPerMinute },
        expiresAt,
        costBudget,
      },
    };
  }

  async #unknown(what: string): Promise<InfillError> {
    return (await this.hasKeys())
      ? refusal(`The ${what} is not known here.`)
      : refusal(`The ${what} is not known here: this server has no API keys. Send none.`);
  }

  #requireActive(key: ApiKeyRow): void {
    const state = stateOf(key, new Date(this.#options.now()));
    if (state === 'ACTIVE') return;
    const when = (state === 'REVOKED' ? key.revokedAt : key.expiresAt)?.toISOString();
    const what = state === 'REVOKED' ? 'was revoked' : 'expired';
    throw refusal(`The API key ${key.id} ${what} at ${when}.`);
  }
}

function requireOrigin({ origins }: ClientTokenRow, origin: string | null): void {
  if (origin === null) {
    throw refusal(
      'A client token is for pages in browsers: the request has no Origin. Send an API key instead.',
    );
  }
  if (!origins.includes(origin)) {
    throw refusal(`The client token is for pages of ${origins.join(', ')}, not of "${origin}".`);
  }
}

/** The key that a token would belong to. @throws UNSUPPORTED where there is none. */
function mintingKeyOf({ credential }: Viewer): string {
  switch (credential.kind) {
    case 'API_KEY':
      return credential.id;
    case 'CLIENT_TOKEN':
      throw new InfillError(
        'UNSUPPORTED',
        'A client token cannot mint another one; mint it with the API key, on your server.',
      );
    default:
      throw new InfillError(
        'UNSUPPORTED',
        'A client token belongs to an API key, and the request came without one. ' +
          'Make one with "lacuna keys create --name NAME --scopes infill" and send it.',
      );
  }
}

function effectiveScopes(scopes: readonly Scope[]): ReadonlySet<Scope> {
  return scopes.includes('ADMIN') ? localViewer.scopes : new Set(scopes);
}

function described({ secretHash: _, ...key }: ApiKeyRow, now: Date): ApiKey {
  return { ...key, state: stateOf(key, now) };
}

function stateOf(
  { revokedAt, expiresAt }: Pick<ApiKeyRow, 'revokedAt' | 'expiresAt'>,
  now: Date,
): ApiKeyState {
  if (revokedAt !== null) return 'REVOKED';
  return expiresAt !== null && expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}

function throwAny([first, ...others]: readonly Problem[]): void {
  if (first !== undefined) throw problemsError([first, ...others]);
}

function refusal(message: string): InfillError {
  return new InfillError('UNAUTHENTICATED', message);
}
