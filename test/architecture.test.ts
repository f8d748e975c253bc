/**
 * The layering of the project, as a table that is checked.
 *
 * Reads import lines with a regular expression, so it needs no compiler API and sees type-only imports too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const assert = ['node:assert', 'node:assert/strict'];

/**
 * Layer → what it may import. An entry that ends in `:` or `/` is a prefix; one after `type ` allows types only.
 *
 * Every layer may import `src/errors`, `src/counted` and itself.
 */
const mayImport: Record<string, readonly string[]> = {
  'src/errors': [],
  'src/counted': [],
  'src/events': [],
  'src/package-root': ['node:'],
  'src/config': ['src/package-root', 'zod', 'node:'],
  'src/numerics': [],
  'src/text': ['@huggingface/tokenizers', 'node:'],
  'src/model': ['onnxruntime-node', 'node:'],
  'src/decoding': ['src/numerics', 'src/text', 'src/model', 'zod', ...assert],
  plugins: ['src/numerics', 'src/text', 'src/model', 'src/decoding', 'zod', ...assert],
  'src/packs': [
    'src/numerics',
    'src/text',
    'src/model',
    'src/package-root',
    'protobufjs',
    'protobufjs/',
    'zod',
    'node:',
  ],
  'src/dispatch': ['type src/decoding', 'type src/text', 'type src/model', 'node:'],
  'src/benchmark': ['src/numerics', 'src/text', 'node:'],
  'src/store': [
    // Its json columns hold values of these types as they are.
    'type src/decoding',
    'type src/benchmark',
    'src/package-root',
    'drizzle-orm',
    '@electric-sql/pglite',
    'postgres',
    'node:',
  ],
  'src/service': [
    'type src/decoding',
    'type src/text',
    'src/dispatch',
    'src/benchmark',
    'src/store',
    // Digests of inputs.
    'node:crypto',
    // Turns between figures.
    'node:timers/promises',
    ...assert,
  ],
  schema: ['src/service', 'graphql', '@pothos/', 'dataloader'],
  'src/server': [
    'src/config',
    'src/service',
    'schema',
    'graphql',
    'graphql-yoga',
    '@graphql-yoga/',
    '@escape.tech/graphql-armor',
    'graphql-ws',
    'ws',
    'pino',
    'prom-client',
    'zod',
    'node:',
  ],
  'src/client': ['graphql-sse', 'type @graphql-typed-document-node/core'],
};

/** Files that put layers together; they may import everything. */
const roots = /^src\/(?:[a-z-]+|cli\/.+)$/;

type Import = { readonly target: string; readonly isType: boolean };

const repository = join(import.meta.dirname, '..');
const layers = Object.keys(mayImport);

function within(path: string, entry: string): boolean {
  if (/[:/]$/.test(entry)) return path.startsWith(entry);
  return path === entry || path.startsWith(`${entry}/`);
}

function layerOf(path: string): string | undefined {
  return layers.find((layer) => within(path, layer)) ?? (roots.test(path) ? 'root' : undefined);
}

function importsOf(path: string, source: string): Import[] {
  const statements = source.matchAll(/^(import|export)\s(type\s)?(?:([^;']*?)from\s)?'([^']+)'/gm);
  const calls = source.matchAll(/\b(import|require)\(\s*['"`]([^'"`]+)['"`]/g);
  return [
    ...[...statements].map(([, , type, names = '', target = '']) => ({
      target: resolved(path, target),
      isType: type !== undefined || /^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?,?)+\s*\}\s*$/.test(names),
    })),
    ...[...calls].map(([, , target = '']) => ({ target: resolved(path, target), isType: false })),
  ];
}

function resolved(path: string, target: string): string {
  return target.startsWith('.') ? join(dirname(path), target).replace(/\.ts$/, '') : target;
}

/** What a file does against the table. */
function violations(file: string, source: string): string[] {
  const path = file.replace(/\.ts$/, '');
  const layer = layerOf(path);
  if (layer === undefined) return [`${file} belongs to no layer`];
  if (layer === 'root') return [];
  const allowed = ['src/errors', 'src/counted', ...(mayImport[layer] ?? [])];
  return importsOf(path, source)
    .filter(({ target, isType }) => {
      if (layerOf(target) === layer) return isSibling(path, target);
      return !allowed.some((entry) =>
        entry.startsWith('type ')
          ? isType && within(target, entry.slice(5))
          : within(target, entry),
      );
    })
    .map(({ target }) => `${file} imports ${target}`);
}

/** Whether a plugin reaches into another one. */
function isSibling(path: string, target: string): boolean {
  const [folder, plugin] = path.split('/');
  const [, other] = target.split('/');
  return folder === 'plugins' && plugin !== other;
}

const files = ['src', 'plugins', 'schema'].flatMap((folder) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

describe('the layers', () => {
  it.each(files)('%s keeps to its layer', (file) => {
    expect(violations(file, readFileSync(join(repository, file), 'utf8'))).toEqual([]);
  });
});

describe('the check', () => {
  it.each([
    ['a file of no layer', 'src/extra/thing.ts', '', 'belongs to no layer'],
    [
      'a layer above',
      'src/decoding/engine.ts',
      "import { serve } from '../server/serve.ts';",
      'src/server/serve',
    ],
    [
      'a package of another layer',
      'src/decoding/engine.ts',
      "import { Tensor } from 'onnxruntime-node';",
      'onnxruntime-node',
    ],
    [
      'node in numerics',
      'src/numerics/softmax.ts',
      "import { ok } from 'node:assert';",
      'node:assert',
    ],
    [
      'a type of a layer above',
      'src/text/template.ts',
      "import type { Run } from '../decoding/decoder.ts';",
      'src/decoding/decoder',
    ],
    [
      'a value where types are allowed',
      'src/store/runs.ts',
      "import { z } from '../decoding/x.ts';",
      'src/decoding/x',
    ],
    [
      'a value among types',
      'src/store/runs.ts',
      "import { type A, b } from '../decoding/x.ts';",
      'src/decoding/x',
    ],
    [
      'an import over several lines',
      'schema/infill.ts',
      "import {\n  type A,\n  b,\n} from '../src/store/runs.ts';",
      'src/store/runs',
    ],
    [
      'an export from elsewhere',
      'schema/infill.ts',
      "export { a } from '../src/store/runs.ts';",
      'src/store/runs',
    ],
    [
      'an import for its effect',
      'schema/infill.ts',
      "import '../src/store/runs.ts';",
      'src/store/runs',
    ],
    [
      'a dynamic import',
      'schema/infill.ts',
      "const { a } = await import('../src/store/runs.ts');",
      'src/store/runs',
    ],
    [
      'another plugin',
      'plugins/maria/index.ts',
      "import { x } from '../autoregressive/index.ts';",
      'plugins/autoregressive/index',
    ],
    [
      'a package with a longer name',
      'schema/infill.ts',
      "import { x } from 'graphql-yoga';",
      'graphql-yoga',
    ],
  ])('sees %s', (_, file, source, finding) => {
    expect(violations(file, source)).toHaveLength(1);
    expect(violations(file, source)[0]).toContain(finding);
  });

  it('lets through what the table allows', () => {
    const source = [
      "import { z } from 'zod';",
      "import { type A, type B as C } from '../decoding/x.ts';",
      "import type { D } from '../decoding/x.ts';",
      "import { InfillError } from '../errors.ts';",
      "import { own } from './own.ts';",
    ];
    expect(violations('src/store/runs.ts', source.slice(1).join('\n'))).toEqual([]);
    expect(violations('src/decoding/engine.ts', source.join('\n'))).toEqual([]);
    expect(violations('src/cli/infill.ts', "import { x } from '../server/x.ts';")).toEqual([]);
  });
});
