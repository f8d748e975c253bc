/**
 * `lacuna decoders`: the decoders that a server or this installation has, with their options.
 */
import { Command } from 'commander';
import { CatalogDocument, type CatalogQuery } from '../client/generated/graphql.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { describeValues, type OptionField, optionFieldsOf } from './decoder-options.ts';
import { wordOf } from './measures.ts';
import { indentProse, type Paint, paintFor, textWidth } from './screen.ts';

type DecoderEntry = CatalogQuery['decoders'][number];

const note = 'An option without a default may be auto, which leaves it to the decoder.';

/** Returns the command. */
export function decodersCommand(context: CommandContext): Command {
  return new Command('decoders')
    .description('List decoders with what they can do and their options; the first is the default.')
    .option('--json', 'print a JSON array')
    .addOption(serverOption())
    .action(async ({ json, server }: { readonly json?: true; readonly server?: string }) => {
      const { decoders } = await withClient(server, context, (client) =>
        client.request(CatalogDocument, {}),
      );
      const paint = paintFor(context.stdout);
      const columns = textWidth(context.stdout);
      const list = decoders.map((decoder) => describeDecoder(decoder, columns, paint)).join('\n\n');
      context.write(`${json ? JSON.stringify(decoders, null, 2) : `${list}\n\n${note}`}\n`);
    });
}

/** Name, title and description; what it needs and can do; each option with its values and default. */
export function describeDecoder(decoder: DecoderEntry, columns: number, paint: Paint): string {
  const { name, title, description, optionsSchema } = decoder;
  return [
    `${paint('bold', name)}  ${title}`,
    indentProse(description, '  ', columns),
    ...factsOf(decoder).map(([fact, words]) => hanging(`${fact}: ${words}`, columns)),
    ...[...optionFieldsOf(optionsSchema)].flatMap(([key, field]) =>
      describeOption([key, field], columns, paint),
    ),
  ].join('\n');
}

function factsOf({ requiredRoles, capabilities }: DecoderEntry): [string, string][] {
  const { streams, likelihood, features, sampling } = capabilities;
  return [
    ['models', requiredRoles.map(wordOf).join(', ')],
    ['fills', streams === 'ANY_ORDER' ? 'in any order' : 'from left to right'],
    ['likelihood', `${wordOf(likelihood)}, with default options`],
    ['features', listOf(features)],
    ['sampling', listOf(sampling)],
  ];
}

function listOf(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(wordOf).join(', ');
}

function describeOption(
  [key, field]: readonly [string, OptionField],
  columns: number,
  paint: Paint,
): string[] {
  const byDefault = field.default === undefined ? '' : `; ${field.default} by default`;
  return [
    `  --option ${paint('bold', key)}=...`,
    indentProse(`${describeValues(field)}${byDefault}`, '      ', columns),
    indentProse(field.description, '      ', columns),
  ];
}

/** A paragraph whose lines after the first start further in. */
function hanging(text: string, columns: number): string {
  return indentProse(text, '    ', columns).replace(/^ {2}/, '');
}
