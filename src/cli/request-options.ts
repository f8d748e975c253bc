/**
 * Options and arguments that several commands have.
 *
 * Knows wording; knows no command.
 */
import { text as readText } from 'node:stream/consumers';
import { Argument, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { serverOption } from './connection.ts';

/** The text with its masks, as it is or from standard input. */
export function textArgument(): Argument {
  return new Argument(
    '<text>',
    'the text with its masks; - reads standard input, without its last newline',
  );
}

/** Reads what the argument stands for. */
export async function templateOf(argument: string, { stdin }: CommandContext): Promise<string> {
  return argument === '-' ? (await readText(stdin)).replace(/\r?\n$/, '') : argument;
}

/** Adds the options that choose a server, a model and a decoder. */
export function withDecoderOptions(command: Command): Command {
  return command
    .option('--decoder <name>', 'as in `lacuna decoders`; the first of them by default')
    .option('--option <key=value>', 'an option of the decoder; may be repeated', append, [])
    .option('--model <id>', 'as in `lacuna models`; the first of them by default')
    .addOption(serverOption());
}

/** Gathers the values of an option that may be repeated. */
export function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
