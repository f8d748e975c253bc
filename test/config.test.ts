import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isReachable, readConfig, variableNames } from '../src/config.ts';
import { InfillError } from '../src/errors.ts';

function problemsOf(env: Record<string, string>) {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof InfillError && error.code === 'INVALID_CONFIG') return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      device: 'cpu',
      threads: null,
      graphiql: true,
    });
    expect(config.dataDir).toBe(join(process.cwd(), 'data'));
    expect(isAbsolute(config.modelsDir) && config.modelsDir.endsWith('models')).toBe(true);
  });

  it('takes empty variables for absent ones', () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  it('leaves the key of the command line to the command line', () => {
    expect(readConfig({ LACUNA_KEY: 'lk_x' })).toEqual(readConfig({}));
  });

  it('reads every kind of value', () => {
    const env = {
      HOST: '::1',
      PORT: '0',
      THREADS: '3',
      DEVICE: 'webgpu',
      GRAPHIQL: '0',
      ALLOWED_HOSTS: ' Lacuna.example , a.example:80,',
      ALLOWED_ORIGINS: 'https://a.example',
      PLUGINS: './decoder.mjs, some-decoder,@scope/decoder,/srv/decoder.mjs',
      DATA_DIR: '/srv/x',
      PERSISTED_OPERATIONS: './operations.json',
      DATABASE_URL: 'postgresql://user:p%40ss@host:5433/lacuna?sslmode=require',
      RETENTION_DAYS: '30',
      MIN_FREE_DISK_MB: '0',
    };
    expect(readConfig(env)).toMatchObject({
      host: '::1',
      port: 0,
      threads: 3,
      device: 'webgpu',
      graphiql: false,
      allowedHosts: ['lacuna.example', 'a.example:80'],
      allowedOrigins: ['https://a.example'],
      plugins: [
        join(process.cwd(), 'decoder.mjs'),
        'some-decoder',
        '@scope/decoder',
        '/srv/decoder.mjs',
      ],
      dataDir: '/srv/x',
      persistedOperations: join(process.cwd(), 'operations.json'),
      databaseUrl: 'postgresql://user:p%40ss@host:5433/lacuna?sslmode=require',
      retentionDays: 30,
      minFreeDiskMb: 0,
    });
  });

  it('names every problem at once, with the value and the limit', () => {
    const problems = problemsOf({ PORT: '70000', DEVICE: 'gpu', THREADS: '0', LACUNA_PORT: '1' });
    expect(problems.map(({ path }) => path)).toEqual([
      ['LACUNA_PORT'],
      ['PORT'],
      ['DEVICE'],
      ['THREADS'],
    ]);
    expect(problems[1]).toEqual({
      path: ['PORT'],
      code: 'INVALID_CONFIG',
      message: 'PORT is "70000"; it must be an integer from 0 to 65535.',
      value: '70000',
      limit: 'an integer from 0 to 65535',
    });
  });

  it.each(['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.0.0.1.example.org', '10.0.0.1'])(
    'listens at %s only where ALLOWED_HOSTS has a name for it',
    (HOST) => {
      const [problem] = problemsOf({ HOST });
      expect(problem?.path).toEqual(['ALLOWED_HOSTS']);
      expect(problem?.message).toContain(`HOST is "${HOST}"`);
      expect(isReachable(HOST)).toBe(true);
      const reachable = { HOST, ALLOWED_HOSTS: 'lacuna.example' };
      expect(readConfig(reachable)).toMatchObject({ host: HOST, graphiql: false });
      expect(readConfig({ ...reachable, GRAPHIQL: '1' }).graphiql).toBe(true);
    },
  );

  it.each([
    ['192.168.0.1', ['192.168.0.1']],
    ['FD00::1', ['[fd00::1]']],
    ['Inside.example', ['inside.example']],
    ['0.0.0.0', []],
    ['::', []],
  ])('serves requests for %s where it listens there', (HOST, own) => {
    const { allowedHosts } = readConfig({ HOST, ALLOWED_HOSTS: 'lacuna.example' });
    expect(allowedHosts).toEqual(['lacuna.example', ...own]);
  });

  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])(
    'takes %s for an address of this machine alone',
    (HOST) => {
      expect(isReachable(readConfig({ HOST }).host)).toBe(false);
    },
  );

  it.each(['http://127.0.0.1', '127.0.0.1:4000', '[::1]', '*', 'a b'])(
    'takes %s for no address',
    (HOST) => {
      expect(problemsOf({ HOST }).map(({ path }) => path)).toEqual([['HOST']]);
    },
  );

  it.each([
    ['PORT', '4e3'],
    ['PORT', '-1'],
    ['PORT', '4000 '],
    ['GRAPHIQL', 'true'],
    ['ALLOWED_ORIGINS', 'https://a.example/path'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_HOSTS', 'https://a.example'],
    ['LOG_LEVEL', 'loud'],
    ['SHUTDOWN_GRACE_MS', '99999999999'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value }).map(({ path }) => path)).toEqual([[name]]);
  });

  it.each([
    'https://example.org/lacuna',
    'postgres://user:secret@/lacuna',
    'postgres://user:secret@host',
    'user:secret',
  ])('refuses the database %s, and does not repeat it', (DATABASE_URL) => {
    const problems = problemsOf({ DATABASE_URL });
    expect(problems).toMatchObject([{ path: ['DATABASE_URL'], value: null }]);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });

  it('has all its variables in the documentation', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/configuration.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(documented).toEqual(variableNames);
  });
});
