/**
 * `lacuna decoders`: the decoders that a server or this installation has, with their options.
 */
import { Command } from 'commander';
import { CatalogDocument, type CatalogQuery } from '../client/generated/graphql.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { describeValues, optionFieldsOf } from './decoder-options.ts';
import { indentProse, type Paint, paintFor, textWidth } from './screen.ts';

type DecoderEntry = CatalogQuery['decoders'][number];

/** Returns the command. */
export function decodersCommand(context: CommandContext): Command {
  return new Command('decoders')
    .description('List decoders with their options; the first is the default.')
    .option('--json', 'print a JSON array')
    .addOption(serverOption())
    .action(async ({ json, server }: { readonly json?: true; readonly server?: string }) => {
      const { decoders } = await withClient(server, context, (client) =>
        client.request(CatalogDocument, {}),
      );
      const paint = paintFor(context.stdout);
      const columns = textWidth(context.stdout);
      const list = decoders.map((decoder) => describeDecoder(decoder, columns, paint)).join('\n\n');
      context.write(`${json ? JSON.stringify(decoders, null, 2) : list}\n`);
    });
}

/** A paragraph: name, title, description, what its likelihood is, and each option with its default. */
function describeDecoder(decoder: DecoderEntry, columns: number, paint: Paint): string {
  const { name, title, description, requiredRoles, capabilities, optionsSchema } = decoder;
  const likelihood = capabilities.likelihood.toLowerCase().replaceAll('_', '-');
  const roles = requiredRoles.map((role) => role.toLowerCase()).join(', ');
  const options = [...optionFieldsOf(optionsSchema)].flatMap(([key, field]) => [
    `  --option ${key}=${field.default ?? '...'}  (${describeValues(field)})`,
    indentProse(field.description, '      ', columns),
  ]);
  return [
    `${paint('bold', name)}  ${title}`,
    indentProse(description, '  ', columns),
    `  likelihood: ${likelihood}; models: ${roles}`,
    ...options,
  ].join('\n');
}
