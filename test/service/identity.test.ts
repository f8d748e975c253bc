import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localViewer } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { newSecret } from '../../src/store/secret.ts';
import { apiKeys } from '../../src/store/tables.ts';
import { openTestStore } from '../support/test-store.ts';
import { newKey, pathsOf, refused, setUpIdentity, start } from './support/identity.ts';

let store: Store;
let given: Awaited<ReturnType<typeof setUpIdentity>>;

beforeAll(async () => {
  store = await openTestStore();
}, 120_000);

afterAll(() => store.close());

beforeEach(async () => {
  given = await setUpIdentity(store.database);
});

describe('without keys', () => {
  it('takes whoever shows no secret for the machine itself', async () => {
    const { identity, enter } = given;
    expect(await identity.hasKeys()).toBe(false);
    expect(await enter(null, { isFromThisMachine: false })).toBe(localViewer);
  });

  it.each(['lk', 'lt'] as const)(
    'refuses a secret %s_… and says that there are no keys',
    async (kind) => {
      const { enter } = given;
      await expect(enter(newSecret(kind))).rejects.toMatchObject(refused('has no API keys'));
    },
  );
});

describe('an API key', () => {
  it('gives its owner, its scopes and its limit', async () => {
    const { identity, enter } = given;
    const { secret, key } = await identity.createKey(
      newKey({ scopes: ['READ', 'INFILL'], costPerMinute: 500 }),
    );
    expect(secret).toMatch(/^lk_[A-Za-z0-9_-]{43}$/);
    expect(await enter(secret, { isFromThisMachine: false })).toEqual({
      owner: 'ada',
      scopes: new Set(['READ', 'INFILL']),
      credential: {
        kind: 'API_KEY',
        id: key.id,
        name: 'site',
        costPerMinute: 500,
        expiresAt: null,
      },
    });
  });

  it('has all scopes with ADMIN', async () => {
    const { viewerOf } = given;
    expect((await viewerOf({ scopes: ['ADMIN'] })).scopes).toEqual(
      new Set(['READ', 'INFILL', 'ADMIN']),
    );
  });

  it('closes the server to whoever shows none', async () => {
    const { identity, enter } = given;
    await identity.createKey(newKey());
    await expect(enter(null)).rejects.toMatchObject(refused('needs an API key'));
  });

  it.each([
    ['one that nobody made', newSecret('lk'), 'API key is not known'],
    ['a token that nobody minted', newSecret('lt'), 'client token is not known'],
    ['a word', 'hunter2', 'not an API key'],
    ['nothing', '', 'not an API key'],
    ['one that is too long', `${newSecret('lk')}A`, 'not an API key'],
  ])('is refused when it is %s, without being quoted', async (_, secret, part) => {
    const { identity, enter } = given;
    await identity.createKey(newKey());
    const error = await enter(secret).catch((thrown) => thrown);
    expect(error).toMatchObject(refused(part));
    if (secret !== '') expect(error.message).not.toContain(secret);
  });

  it('stops at the moment it expires, and says when that was', async () => {
    const { clock, identity, enter } = given;
    const expiresAt = new Date(start + 1000);
    const { secret, key } = await identity.createKey(newKey({ expiresAt }));
    clock.now += 999;
    await enter(secret);
    clock.now += 1;
    await expect(enter(secret)).rejects.toMatchObject(
      refused(`${key.id} expired at ${expiresAt.toISOString()}`),
    );
  });

  it('stops with the next request once it is revoked', async () => {
    const { identity, enter } = given;
    const { secret, key } = await identity.createKey(newKey());
    await enter(secret);
    expect(await identity.revokeKey(key.id)).toMatchObject({ state: 'REVOKED' });
    await expect(enter(secret)).rejects.toMatchObject(refused(`${key.id} was revoked`));
  });

  it('leaves the server closed when it was the last one', async () => {
    const { identity, enter } = given;
    const { key } = await identity.createKey(newKey());
    await identity.revokeKey(key.id);
    expect(await identity.hasKeys()).toBe(true);
    await expect(enter(null)).rejects.toMatchObject(refused('needs an API key'));
  });

  it('is not in the database, only its hash', async () => {
    const { identity } = given;
    const { secret } = await identity.createKey(newKey());
    const [row] = await store.database.select().from(apiKeys);
    expect(row?.secretHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(secret.slice(3));
  });
});

describe('createKey', () => {
  it('refuses the name of an active key, and takes that of one that has ended', async () => {
    const { clock, identity } = given;
    const { key } = await identity.createKey(newKey());
    await expect(identity.createKey(newKey())).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"site"'),
    });
    await identity.revokeKey(key.id);
    clock.now += 1;
    await identity.createKey(newKey({ expiresAt: new Date(start + 1000) }));
    clock.now += 1000;
    await identity.createKey(newKey());
    expect((await identity.listKeys()).map(({ state }) => state)).toEqual([
      'REVOKED',
      'EXPIRED',
      'ACTIVE',
    ]);
  });

  it('lets one of several makers of a name win', async () => {
    const { identity } = given;
    const tenTimes = <T>(work: () => Promise<T>) =>
      Promise.allSettled(Array.from({ length: 10 }, work));
    // A pool makes its connections now, so that the makers meet.
    await tenTimes(() => identity.hasKeys());
    const attempts = await tenTimes(() => identity.createKey(newKey()));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('tells all problems at once', async () => {
    const { identity } = given;
    const key = { name: ' x', owner: '', scopes: [], costPerMinute: 0, expiresAt: new Date(start) };
    const error = await identity.createKey(key).catch((thrown) => thrown);
    expect(pathsOf(error)).toEqual(['name', 'owner', 'scopes', 'costPerMinute', 'expiresAt']);
    expect(await identity.hasKeys()).toBe(false);
  });
});

describe('listKeys', () => {
  it('tells no secret and no hash', async () => {
    const { identity } = given;
    const { secret } = await identity.createKey(newKey());
    const listed = JSON.stringify(await identity.listKeys());
    expect(listed).not.toContain(secret);
    expect(listed).not.toContain('secretHash');
  });
});

describe('revokeKey', () => {
  it('keeps the time of the first revocation', async () => {
    const { clock, identity } = given;
    const { key } = await identity.createKey(newKey());
    await identity.revokeKey(key.id);
    clock.now += 5000;
    expect((await identity.revokeKey(key.id)).revokedAt).toEqual(new Date(start));
  });

  it.each(['nonsense', '00000000-0000-7000-8000-000000000000'])(
    'refuses the id %s, which no key has',
    async (id) => {
      const { identity } = given;
      await expect(identity.revokeKey(id)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});

describe("the machine's secret", () => {
  it('gives the machine, beside keys too', async () => {
    const { identity, machineSecret, enter } = given;
    await identity.createKey(newKey());
    expect(await enter(machineSecret)).toBe(localViewer);
  });

  it('is refused from another machine', async () => {
    const { machineSecret, enter } = given;
    await expect(enter(machineSecret, { isFromThisMachine: false })).rejects.toMatchObject(
      refused('machine'),
    );
  });

  it('is refused when it is that of another start', async () => {
    const { enter } = given;
    await expect(enter(newSecret('lm'))).rejects.toMatchObject(refused('machine'));
  });
});
