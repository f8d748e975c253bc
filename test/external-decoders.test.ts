/**
 * Plugins as configuration names them, loaded by the built probe.
 *
 * `npm run build` comes first: a child process runs JavaScript only.
 */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtInDecoders } from '../src/decoders.ts';
import { InfillError } from '../src/errors.ts';
import { describeExternalDecoders } from '../src/external-decoders.ts';
import { packageRoot } from '../src/package-root.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const example = resolve(import.meta.dirname, '../examples/plugins/right-to-left.mjs');
const folder = temporaryFolder();
const builtIn = builtInDecoders.descriptions;

beforeAll(() => {
  // As a project has it that uses Lacuna: plugins find zod and Lacuna beside them.
  mkdirSync(join(folder, 'node_modules'));
  for (const [name, target] of [
    ['zod', join(packageRoot(), 'node_modules/zod')],
    ['lacuna', packageRoot()],
  ] as const) {
    symlinkSync(target, join(folder, 'node_modules', name));
  }
});

/** Writes a module whose one decoder is the example's with `changes`, an object literal. */
function variant(name: string, changes: string): string {
  const path = join(folder, `${name}.mjs`);
  const source = `import { z } from 'zod'; import { decoder as whole } from '${example}';
    export const decoder = { ...whole, ...(${changes}) };`;
  writeFileSync(path, source);
  return path;
}

function written(name: string, source: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, source);
  return path;
}

async function messagesOf(...specifiers: string[]): Promise<readonly string[]> {
  try {
    await describeExternalDecoders(specifiers, { builtIn, timeoutMs: 5000 });
  } catch (error) {
    if (error instanceof InfillError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('describeExternalDecoders', { timeout: 30_000 }, () => {
  it('describes the decoder of a module, with its options as fields', async () => {
    const decoders = await describeExternalDecoders([example], { builtIn });

    expect(decoders).toMatchObject([
      {
        specifier: example,
        description: {
          name: 'right-to-left',
          fieldName: 'rightToLeft',
          roles: ['masked'],
          likelihood: 'CHAIN_RULE',
          optionFields: [{ name: 'perPass', type: 'INT', defaultValue: 1 }],
        },
      },
    ]);
  });

  it('describes every decoder of a list', async () => {
    const source = `import { decoder } from '${example}';
      export const decoders = [decoder, { ...decoder, name: 'other' }];`;
    const decoders = await describeExternalDecoders([written('list', source)], { builtIn });

    expect(decoders.map(({ description }) => description.name)).toEqual(['right-to-left', 'other']);
  });

  it('tells all that is wrong with all plugins at once, each by what it was configured as', async () => {
    const [nameless, throwing, empty] = [
      variant('nameless', "{ name: 'Not a name', roles: ['reader'], maxSteps: 3 }"),
      written('throwing', "throw new Error('no licence');"),
      written('empty', 'export const nothing = 1;'),
    ];

    expect(await messagesOf(nameless, 'no-such-package', throwing, empty)).toEqual([
      `Plugin "${nameless}": decoder 0, "name": must be lower-case words joined by hyphens.`,
      expect.stringMatching(/nameless\.mjs": decoder 0, "roles\.0": /),
      `Plugin "${nameless}": decoder 0, "maxSteps": must be a function.`,
      expect.stringContaining('Plugin "no-such-package": it cannot be found: '),
      `Plugin "${throwing}": it cannot be imported: Error: no licence.`,
      `Plugin "${empty}": it exports neither a decoder, \`decoder\`, nor a list of them, \`decoders\`.`,
    ]);
  });

  it.each([
    [
      'an option without a default',
      '{ options: z.strictObject({ n: z.int().describe("n") }) }',
      '"options.n": must have a default or be optional',
    ],
    [
      'an option without a description',
      '{ options: z.strictObject({ n: z.int().default(1) }) }',
      '"options.n": must be described',
    ],
    [
      'an option that is no plain field',
      '{ options: z.strictObject({ n: z.array(z.int()).default([]).describe("n") }) }',
      '"options.n": must be an integer',
    ],
    [
      'values of an enum that GraphQL cannot tell apart',
      '{ options: z.strictObject({ n: z.enum(["a-b", "aB"]).default("aB").describe("n") }) }',
      '"options.n": must have values that are words',
    ],
    [
      'options that let others pass',
      '{ options: z.object({ n: z.int().default(1).describe("n") }) }',
      '"options": must be a z.strictObject',
    ],
    ['no options', '{ options: z.strictObject({}) }', '"options": must have at least one field'],
    ['no schema', '{ options: {} }', '"options": must be a schema of zod 4'],
    [
      'a default that is not one',
      '{ options: z.strictObject({ n: z.int().min(5).default(1).describe("n").refine((n) => { throw new Error("x"); }) }) }',
      'cannot be described',
    ],
    [
      'unknown sampling',
      '{ capabilities: { ...whole.capabilities, sampling: ["heat"] } }',
      '"capabilities.sampling.0"',
    ],
    [
      'a kind of likelihood that there is not',
      '{ likelihood: () => "EXACT" }',
      'The kind of likelihood of decoder "right-to-left" is string',
    ],
    ['a reserved name', '{ name: "plugin" }', '"plugin" is no name of a decoder'],
  ])('refuses %s', async (name, changes, finding) => {
    const path = variant(name.replaceAll(' ', '-'), changes);
    const messages = await messagesOf(path);

    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(`Plugin "${path}"`);
    expect(messages[0]).toContain(finding);
  });

  it('refuses a name that is taken, in either spelling', async () => {
    const maria = variant('taken', '{ name: "maria" }');
    const [dashed, plain] = [
      variant('dashed', '{ name: "my-n2x" }'),
      variant('again', '{ name: "my-n2x" }'),
    ];

    expect(await messagesOf(maria)).toEqual([`Plugin "${maria}": Two decoders are named "maria".`]);
    expect(await messagesOf(dashed, plain)).toEqual([
      `Plugin "${plain}": Two decoders are named "my-n2x".`,
    ]);
  });

  it('refuses a name that makes a type which the API has', async () => {
    const path = variant(
      'schema',
      '{ name: "run", options: z.strictObject({ status: z.enum(["A"]).default("A").describe("s") }) }',
    );

    expect(await messagesOf(path)).toEqual([
      expect.stringContaining('name RunStatus already exists'),
    ]);
  });

  it('survives a module that ends its process, or never loads', async () => {
    const [exits, hangs] = [written('exits', 'process.exit(0);'), written('hangs', 'for (;;);')];

    expect(await messagesOf(exits, hangs)).toEqual([
      `Plugin "${exits}": its process ended with code 0 while it was loaded.`,
      `Plugin "${hangs}": it did not load within 5000 ms.`,
    ]);
  });
});
