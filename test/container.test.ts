/**
 * The container files against what they speak of; no container is made.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig, variableNames } from '../src/config.ts';
import { packageRoot } from '../src/package-root.ts';

function read(name: string): string {
  return readFileSync(join(packageRoot(), name), 'utf8');
}

const dockerfile = read('Dockerfile').replace(/\\\n/g, ' ');
const compose = read('compose.yaml');

/** Arguments of an instruction, in order. */
function instructions(name: string): string[] {
  return [...dockerfile.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(([, rest = '']) => rest);
}

/** Lines below a key of the compose file, down to the next key of its depth. */
function block(service: string, key: string): string {
  const [, body = ''] = compose.split(`\n  ${service}:\n`);
  const [, inner = ''] = (body.split(/\n {2}\w/)[0] ?? '').split(`    ${key}:\n`);
  return inner.split(/\n {4}\w/)[0] ?? '';
}

const settings = variableNames as readonly string[];

it('copies what is there, and what .dockerignore lets through', () => {
  const lines = read('.dockerignore').split('\n');
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const sources = instructions('COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(/ +/).slice(0, -1));
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) {
    expect(existsSync(join(packageRoot(), source)), source).toBe(true);
    expect(allowed).toContain(source.split('/')[0]);
  }
});

it('has all that the package has, but for what only readers need', () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const needed = files.filter((name) => !['examples', 'README.md'].includes(name));
  const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
  for (const name of needed) expect(last).toMatch(new RegExp(`COPY .*\\b${name}\\b`));
});

it('runs on a Node that the package takes, in both stages', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  const [least = 0] = (/\d+/.exec(engines.node) ?? []).map(Number);
  const majors = instructions('FROM').map((image) => Number(/^node:(\d+)-slim/.exec(image)?.[1]));
  expect(majors).toHaveLength(2);
  expect(new Set(majors).size).toBe(1);
  expect(majors[0]).toBeGreaterThanOrEqual(least);
});

it('serves as a user without rights, on the default port, and is asked whether it is ready', () => {
  expect(instructions('USER')).toEqual(['node']);
  expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('\nCMD '));
  expect(instructions('EXPOSE')).toEqual([String(readConfig({}).port)]);
  expect(instructions('HEALTHCHECK').join()).toContain('/health/ready');
  expect(instructions('CMD')).toEqual(['["lacuna", "serve"]']);
});

it('sets settings that there are', () => {
  const inImage = [
    ...instructions('ENV')
      .join(' ')
      .matchAll(/([A-Z_]+)=/g),
  ];
  const inCompose = [...block('lacuna', 'environment').matchAll(/^ {6}([A-Z_]+):/gm)];
  const names = [...inImage, ...inCompose].map(([, name]) => name);
  expect(names).toContain('DATABASE_URL');
  for (const name of names) expect(['NODE_ENV', ...settings]).toContain(name);
});

it('waits for a database that keeps its data, and has no password of its own', () => {
  expect(block('lacuna', 'depends_on')).toContain('condition: service_healthy');
  expect(block('database', 'healthcheck')).toContain('pg_isready');
  expect(block('database', 'volumes')).toContain('database:/var/lib/postgresql/data');
  for (const [line] of compose.matchAll(/^.*PASSWORD.*$/gm)) {
    if (!line.startsWith('#')) expect(line).toContain('${POSTGRES_PASSWORD:?');
  }
});
