import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localViewer } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { newKey, page, pathsOf, refused, setUpIdentity, start } from './support/identity.ts';

let store: Store;
let given: Awaited<ReturnType<typeof setUpIdentity>>;

beforeAll(async () => {
  store = await openTestStore();
}, 120_000);

afterAll(() => store.close());

beforeEach(async () => {
  given = await setUpIdentity(store.database);
});

describe('a client token', () => {
  it('gives the owner of its key and INFILL alone, to pages of its origins', async () => {
    const { enter, viewerOf, mint } = given;
    const viewer = await viewerOf({ scopes: ['ADMIN'], costPerMinute: 500 });
    const { token, expiresAt } = await mint(viewer, { ttlSeconds: 90, costBudget: 7 });
    expect(token).toMatch(/^lt_[A-Za-z0-9_-]{43}$/);
    expect(expiresAt).toEqual(new Date(start + 90_000));
    expect(await enter(token, { origin: page })).toEqual({
      owner: 'ada',
      scopes: new Set(['INFILL']),
      credential: {
        kind: 'CLIENT_TOKEN',
        id: expect.any(String),
        key: { id: expect.any(String), costPerMinute: 500 },
        expiresAt,
        costBudget: 7,
      },
    });
  });

  it.each([
    ['without an origin', null, 'has no Origin'],
    ['with another origin', 'https://other.example', 'not of "https://other.example"'],
  ])('is refused %s', async (_, origin, part) => {
    const { enter, viewerOf, mint } = given;
    const { token } = await mint(await viewerOf());
    await expect(enter(token, { origin })).rejects.toMatchObject(refused(part));
  });

  it('stops at the moment it expires', async () => {
    const { clock, enter, viewerOf, mint } = given;
    const { token } = await mint(await viewerOf(), { ttlSeconds: 60 });
    clock.now += 60_000;
    await expect(enter(token, { origin: page })).rejects.toMatchObject(
      refused('client token expired'),
    );
  });

  it('stops with its key', async () => {
    const { identity, enter, mint } = given;
    const { secret, key } = await identity.createKey(newKey());
    const { token } = await mint(await enter(secret));
    await identity.revokeKey(key.id);
    await expect(enter(token, { origin: page })).rejects.toMatchObject(refused('was revoked'));
  });

  it('is told from an unknown one once it has expired, also when another has been minted', async () => {
    const { clock, enter, viewerOf, mint } = given;
    const viewer = await viewerOf();
    const { token } = await mint(viewer, { ttlSeconds: 1 });
    clock.now += 1000;
    await mint(viewer);
    await expect(enter(token, { origin: page })).rejects.toMatchObject(
      refused('client token expired'),
    );
  });

  it('cannot be minted by the machine or by a token', async () => {
    const { enter, viewerOf, mint } = given;
    await expect(mint(localViewer)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('lacuna keys create'),
    });
    const { token } = await mint(await viewerOf());
    await expect(mint(await enter(token, { origin: page }))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  it('is refused with all that is wrong with it', async () => {
    const { viewerOf, mint } = given;
    const wrong = { ttlSeconds: 3601, costBudget: 0, origins: [page, 'https://evil.example', ''] };
    const error = await mint(await viewerOf(), wrong).catch((thrown) => thrown);
    expect(pathsOf(error)).toEqual(['ttlSeconds', 'costBudget', 'origins.1', 'origins.2']);
    expect(error.problems[2].message).toContain('ALLOWED_ORIGINS');
  });

  it.each([0, 11])('is refused with %d origins', async (length) => {
    const { viewerOf, mint } = given;
    const origins = Array.from({ length }, () => page);
    await expect(mint(await viewerOf(), { origins })).rejects.toMatchObject({
      problems: [{ path: ['origins'] }],
    });
  });
});
