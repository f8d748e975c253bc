/**
 * A child process that loads one plugin and tells what it is: what its code does when it is loaded, it does here.
 *
 * Knows one specifier, its first argument; opens no pack.
 */
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRegistry } from './decoding/registry.ts';
import { InfillError } from './errors.ts';
import type { ProbeAnswer } from './external-decoders.ts';
import { importPlugins, pluginProblem } from './import-plugins.ts';

const [, , specifier = ''] = process.argv;

async function probe(): Promise<ProbeAnswer> {
  try {
    const url = resolved();
    const { descriptions } = createRegistry(await importPlugins(url, specifier));
    return { module: url, descriptions };
  } catch (error) {
    if (error instanceof InfillError) return { problems: problemsOf(error) };
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { problems: [`Plugin "${specifier}": it cannot be described: ${reason}.`] };
  }
}

/** A path as it is; a package as found from the working directory, or else beside Lacuna. */
function resolved(): string {
  if (isAbsolute(specifier)) return pathToFileURL(specifier).href;
  const failures: string[] = [];
  for (const parent of [pathToFileURL(join(process.cwd(), 'package.json')).href, import.meta.url]) {
    try {
      return import.meta.resolve(specifier, parent);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw pluginProblem(specifier, `it cannot be found: ${failures[0]}`);
}

function problemsOf(error: InfillError): string[] {
  const { problems, message } = error;
  if (problems.length > 0) return problems.map((problem) => problem.message);
  return [`Plugin "${specifier}": ${message}`];
}

// The process ends even when the plugin keeps timers or sockets.
process.send?.(await probe(), undefined, undefined, () => process.exit(0));
