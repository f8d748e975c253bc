/**
 * `lacuna models`: the model packs that a server or this installation has.
 */
import { Command } from 'commander';
import { CatalogDocument, type CatalogQuery } from '../client/generated/graphql.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { textWidth } from './screen.ts';
import { tableOf } from './table.ts';

type ModelEntry = CatalogQuery['models'][number];

const headings = [
  'ID',
  'VERSION',
  'DEVICE',
  'STATE',
  'ROLES (PARAMETERS)',
  'VOCABULARY',
  'CONTEXT',
  'DECODERS',
  'LICENCE',
];

const compactNumber = new Intl.NumberFormat('en', {
  notation: 'compact',
  maximumSignificantDigits: 3,
});

/** Returns the command. */
export function modelsCommand(context: CommandContext): Command {
  return new Command('models')
    .description('List model packs; the first is the default.')
    .option('--json', 'print a JSON array')
    .addOption(serverOption())
    .action(async ({ json, server }: { readonly json?: true; readonly server?: string }) => {
      const { models } = await withClient(server, context, (client) =>
        client.request(CatalogDocument, {}),
      );
      const table = tableOf(headings, models.map(cellsOf), textWidth(context.stdout));
      context.write(`${json ? JSON.stringify(models, null, 2) : table}\n`);
    });
}

function cellsOf(model: ModelEntry): string[] {
  return [
    model.name,
    model.version,
    model.device.toLowerCase(),
    model.state.toLowerCase(),
    model.roles.map(describeRole).join(', '),
    String(model.vocabularySize),
    String(model.contextLength),
    model.decoders.map(({ name }) => name).join(', '),
    model.license,
  ];
}

/** The untrained fusion has no parameters. */
function describeRole({ role, parameters }: ModelEntry['roles'][number]): string {
  const count = parameters === '0' ? '' : ` ${compactNumber.format(BigInt(parameters))}`;
  return `${role.toLowerCase()}${count}`;
}
