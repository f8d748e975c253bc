/**
 * Plugins that cannot be loaded, as configuration names them.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInDecoders } from '../../src/decoders.ts';
import { describeExternalDecoders } from '../../src/external-decoders.ts';
import { packageRoot } from '../../src/package-root.ts';
import { type Area, type BadInput, refusal } from './answer.ts';
import type { Folders } from './folders.ts';

const whole = `{
  name: 'fine', title: 'Fine', description: 'Fills nothing.', roles: ['causal'], 
  options: z.strictObject({ count: z.int().default(1).describe('How many.') }),
  capabilities: { streams: 'LEFT_TO_RIGHT', features: [], sampling: [] },
  likelihood: () => 'NONE', maxSteps: (count) => count, create: () => ({}),
}`;
const changed = (changes: string) =>
  `import { z } from 'zod'; export const decoder = { ...${whole}, ...{ ${changes} } };`;

const modules: readonly (readonly [sent: string, source: string])[] = [
  ['export {', 'export {'],
  ['throw new Error("no")', 'throw new Error("no")'],
  ['process.exit(7)', 'process.exit(7)'],
  ['for (;;);', 'for (;;);'],
  ['await new Promise(() => {})', 'await new Promise(() => {}); export {}'],
  ['import "nothing-like-this"', 'import "nothing-like-this"'],
  ['export const other = 1', 'export const other = 1'],
  ['export const decoder = null', 'export const decoder = null'],
  ['export const decoders = []', 'export const decoders = []'],
  ['a decoder of the name "Über"', changed("name: 'Über'")],
  ['a decoder of the name "maria"', changed("name: 'maria'")],
  [
    'a decoder without title, create and maxSteps',
    changed('title: undefined, create: 1, maxSteps: null'),
  ],
  ['a decoder with the role "vision"', changed("roles: ['vision']")],
  ['a decoder with options that are not an object', changed('options: z.string()')],
  [
    'a decoder with an option of a function',
    changed('options: z.strictObject({ f: z.function() })'),
  ],
  ['a decoder whose likelihood is "GOOD"', changed("likelihood: () => 'GOOD'")],
  [
    'two decoders of one name',
    `import { z } from 'zod'; export const decoders = [${whole}, ${whole}];`,
  ],
];

/** Modules of `PLUGINS`. */
export const pluginAreas: readonly Area<Folders>[] = [
  {
    title: 'Plugins',
    about:
      'As a module of `PLUGINS`, which is loaded in a process of its own. The server does not start.',
    inputs: [missing('./nothing.mjs'), missing('no-such-package'), ...modules.map(moduleInput)],
  },
];

const builtIn = builtInDecoders.descriptions;
/** For a module that never loads; the others have as long as they take. */
const shortMs = 3000;

function missing(specifier: string): BadInput<Folders> {
  return {
    sent: `PLUGINS=${specifier}`,
    answer: ({ data }) => {
      const module = specifier.startsWith('.') ? join(data, specifier) : specifier;
      return refusal('exit 1', () => describeExternalDecoders([module], { builtIn }));
    },
  };
}

function moduleInput([sent, source]: (typeof modules)[number], index: number): BadInput<Folders> {
  return {
    sent,
    answer: ({ data }) => {
      linkZod(data);
      const path = join(data, `plugin-${index}.mjs`);
      writeFileSync(path, source);
      const options = source.startsWith('for') ? { builtIn, timeoutMs: shortMs } : { builtIn };
      return refusal('exit 1', () => describeExternalDecoders([path], options));
    },
  };
}

/** As a project has it that uses Lacuna. */
function linkZod(folder: string): void {
  const modules = join(folder, 'node_modules');
  if (mkdirSync(modules, { recursive: true }) === undefined) return;
  symlinkSync(join(packageRoot(), 'node_modules/zod'), join(modules, 'zod'));
}
