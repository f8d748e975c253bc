/**
 * The decoders that configuration names besides the built-in ones, described without running their code here.
 *
 * Knows specifiers and a child process for each; knows no pack.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { printedSchema } from '../schema/printed-schema.ts';
import { checkNames, type DecoderDescription } from './decoding/registry.ts';
import { InfillError, type Problem, problemsError } from './errors.ts';
import { packageRoot } from './package-root.ts';

/** A decoder of a plugin, as its module told. */
export type ExternalDecoder = {
  readonly description: DecoderDescription;
  /** URL of the module that exports it. */
  readonly module: string;
  /** What it was configured as. */
  readonly specifier: string;
};

/** What a probe tells of its plugin. */
export type ProbeAnswer =
  | { readonly module: string; readonly descriptions: readonly DecoderDescription[] }
  /** Full sentences that name the plugin. */
  | { readonly problems: readonly string[] };

export type DescribeOptions = {
  /** Decoders whose names are taken. */
  readonly builtIn: readonly DecoderDescription[];
  /** A module that takes longer to load is given up; a half minute when absent. */
  readonly timeoutMs?: number;
};

const probePath = join(packageRoot(), 'dist/src/plugin-probe.js');
const defaultTimeoutMs = 30_000;

/**
 * Loads each plugin in a process of its own and returns what it told, in order.
 *
 * @param specifiers - package names or absolute paths.
 * @throws INVALID_PLUGIN with all problems of all plugins; DUPLICATE_DECODER
 */
export async function describeExternalDecoders(
  specifiers: readonly string[],
  { builtIn, timeoutMs = defaultTimeoutMs }: DescribeOptions,
): Promise<ExternalDecoder[]> {
  const answers = await Promise.all(
    specifiers.map(async (specifier) => ({ specifier, answer: await probe(specifier, timeoutMs) })),
  );
  const [first, ...others] = answers.flatMap(({ specifier, answer }) =>
    'problems' in answer ? answer.problems.map((message) => problem(specifier, message)) : [],
  );
  if (first !== undefined) throw problemsError([first, ...others]);
  const decoders = answers.flatMap(({ specifier, answer }) =>
    'problems' in answer
      ? []
      : answer.descriptions.map((description) => ({
          description,
          module: answer.module,
          specifier,
        })),
  );
  for (const [index, { specifier }] of decoders.entries()) {
    checkTogether(specifier, [
      ...builtIn,
      ...decoders.slice(0, index + 1).map(({ description }) => description),
    ]);
  }
  return decoders;
}

/**
 * Checks that decoders can be told apart, and their inputs from all other types of the API.
 *
 * @param specifier - of the plugin whose decoder comes last: it is the one that takes a name twice.
 */
function checkTogether(specifier: string, decoders: readonly DecoderDescription[]): void {
  try {
    checkNames(decoders);
    printedSchema(decoders);
  } catch (error) {
    const { code, message } =
      error instanceof InfillError
        ? error
        : ({ code: 'INVALID_PLUGIN', message: String(error) } as const);
    throw problemsError([{ ...problem(specifier, `Plugin "${specifier}": ${message}`), code }]);
  }
}

function probe(specifier: string, timeoutMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const child = fork(probePath, [specifier], {
      serialization: 'advanced',
      // Node has no other way yet to resolve a package from a folder that is not the asking module's.
      execArgv: ['--experimental-import-meta-resolve'],
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    const fail = (message: string) => resolve({ problems: [`Plugin "${specifier}": ${message}.`] });
    const timer = setTimeout(() => {
      fail(`it did not load within ${timeoutMs} ms`);
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (answer: ProbeAnswer) => resolve(answer));
    child.once('error', (error) => fail(`its process could not be run: ${error.message}`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`its process ended with ${signal ?? `code ${code}`} while it was loaded`);
    });
  });
}

function problem(specifier: string, message: string): Problem {
  return { path: ['PLUGINS'], code: 'INVALID_PLUGIN', message, value: specifier, limit: null };
}
