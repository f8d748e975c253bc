/**
 * `lacuna pack quantise`: a pack's models with matrices in 8 or 4 bits.
 *
 * Knows options and wording; the work is done in `packs/quantise/`.
 */
import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Manifest } from '../packs/manifest.ts';
import { type QuantisedPrecision, quantisePack } from '../packs/quantise/quantise-pack.ts';
import type { PackCommandContext } from './command-context.ts';

type Flags = {
  readonly out: string;
  readonly precision: QuantisedPrecision;
  readonly id?: string;
};

const notes = `
Quantise last: a fusion is trained on a pack in float, and quantised with it. The new pack gives other probabilities,
and so other texts, than the pack it is made from.

Example:
  $ lacuna pack quantise models/trained --precision int8 --out models/trained-int8
`;

/** Returns the command. */
export function quantiseCommand({ write, version }: PackCommandContext): Command {
  return new Command('quantise')
    .description('Make a smaller and faster pack, with matrices in 8 or 4 bits.')
    .argument('<pack>', 'folder of a pack in float, fusion trained or not; it is only read')
    .requiredOption('--out <folder>', 'folder of the new pack; must not exist')
    .addOption(
      new Option('--precision <type>', "number format of the models' matrices")
        .choices(['int8', 'int4'] satisfies QuantisedPrecision[])
        .makeOptionMandatory(),
    )
    .option('--id <name>', 'id of the new pack; the name of its folder by default')
    .addHelpText('after', notes)
    .action(async (folder: string, { out, precision, id }: Flags) => {
      const tool = `lacuna ${version}`;
      const options = { folder, precision, id: id ?? basename(resolve(out)), tool };
      write(describePack(out, await quantisePack(out, options)));
    });
}

/** A new pack, in a few lines. */
export function describePack(folder: string, manifest: Manifest): string {
  const { id, version, digest, roles, files } = manifest;
  const bytes = Object.values(files).reduce((sum, { size }) => sum + size, 0);
  const models = [roles.causal, roles.masked].flatMap((role) =>
    role
      ? [
          `  ${role.architecture}, ${role.parameterCount} parameters, stored as ${storageOf(role)}\n`,
        ]
      : [],
  );
  return `${folder}: ${id} ${version}, ${bytes} bytes\n${models.join('')}  digest ${digest}\n`;
}

function storageOf({ precision, storage }: NonNullable<Manifest['roles']['causal' | 'masked']>) {
  return precision === 'f32' ? storage : `${precision} and ${storage}`;
}
