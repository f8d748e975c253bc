/**
 * `lacuna pack fit-length`: measures how sure a pack's masked model is of spans of each length, and stores it in the pack.
 *
 * Knows options, progress and wording; the measuring is done in `decoding/`, the storing in `packs/`.
 */
import { Command } from 'commander';
import { fitLengthBias, type LengthBiasOptions } from '../decoding/fit-length-bias.ts';
import { InfillError } from '../errors.ts';
import { writeLengthBias } from '../packs/fit-length.ts';
import { maxBiasLength } from '../packs/manifest.ts';
import { openPack } from '../packs/open-pack.ts';
import type { PackCommandContext } from './command-context.ts';
import { FlagProblems } from './flag-problems.ts';
import { append } from './request-options.ts';
import { tableOf } from './table.ts';
import { readTextFile, type TextFile } from './text-files.ts';

type Flags = {
  readonly text: readonly string[];
  readonly maxLength: string;
  readonly gaps: string;
  readonly seed: string;
  readonly dryRun?: true;
};

const maxGaps = 1_000_000;

const notes = `
The figures decide how [MASK:a-b] gets its length: how sure the model is of a span is divided by how sure it is of
spans of that length in general. They belong to the pack, so its digest changes; a server has to be started again.
Use running text like that which will be filled, at least some pages; each file is one text.

Example:
  $ lacuna pack fit-length models/bundled --text chapter-1.txt --text chapter-2.txt --dry-run
`;

/** Returns the command. */
export function fitLengthCommand(context: PackCommandContext): Command {
  return new Command('fit-length')
    .description("Measure the masked model's bias towards lengths, and store it in the pack.")
    .argument('<pack>', 'folder of the pack; only its pack.json is written, whole or not at all')
    .requiredOption('--text <file>', 'plain text in UTF-8; may be repeated', append)
    .option(
      '--max-length <tokens>',
      'lengths from 1 to this are measured; longer ones share the last',
      '16',
    )
    .option('--gaps <number>', 'gaps that every length is the mean over', '500')
    .option('--seed <number>', 'chooses the gaps', '0')
    .option('--dry-run', 'print the figures and leave the pack as it is')
    .addHelpText('after', notes)
    .action((folder: string, flags: Flags) => fitLength(folder, flags, context));
}

async function fitLength(folder: string, flags: Flags, context: PackCommandContext): Promise<void> {
  const options = optionsOf(flags);
  const texts = await Promise.all(flags.text.map(readTextFile));
  const bias = await measure(folder, texts, options, context);
  const rows = bias.map((value, index) => [String(index + 1), value.toFixed(6)]);
  // Before anything is written, so that a full disk does not take the figures with it.
  context.write(`${tableOf(['LENGTH', 'CONFIDENCE'], rows, Number.POSITIVE_INFINITY)}\n`);
  if (flags.dryRun) return;
  const { gapCount, seed } = options;
  const source = {
    gapCount,
    seed: String(seed),
    texts: texts.map(({ name, sha256 }) => ({ name, sha256 })),
  };
  const manifest = await writeLengthBias(folder, bias, source).catch((cause) => {
    throw cause instanceof InfillError ? cause : notWritten(folder, cause);
  });
  context.write(`${folder}: ${manifest.id} ${manifest.version}\n  digest ${manifest.digest}\n`);
}

/** @returns entry i is of spans of i + 1 tokens. */
async function measure(
  folder: string,
  files: readonly TextFile[],
  options: LengthBiasOptions,
  { stderr }: PackCommandContext,
): Promise<readonly number[]> {
  const pack = await openPack(folder, { device: 'cpu', threads: null });
  let bias: readonly number[] = [];
  try {
    const texts = files.map(({ text }) => text);
    for await (const progress of fitLengthBias(pack.models, pack.tokenizer, texts, options)) {
      bias = progress.bias;
      if (stderr.isTTY) stderr.write(`\r${progress.gapCount} of ${options.gapCount} gaps`);
    }
  } finally {
    if (stderr.isTTY) stderr.write('\r\u001B[2K');
    await pack.close();
  }
  return bias;
}

function optionsOf({ maxLength, gaps, seed }: Flags): LengthBiasOptions {
  const problems = new FlagProblems();
  const options = {
    maxLength: problems.between('--max-length', maxLength, [1, maxBiasLength]),
    gapCount: problems.between('--gaps', gaps, [1, maxGaps]),
    seed: problems.seed(seed) ?? '0',
  };
  problems.throwIfAny();
  return { ...options, seed: BigInt(options.seed) };
}

function notWritten(folder: string, cause: unknown): InfillError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `${folder} is as it was; pack.json cannot be written: ${reason}.`;
  return new InfillError('SERVER_FAILED', message, { cause });
}
