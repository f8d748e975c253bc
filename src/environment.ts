/**
 * What the speed of this process depends on, as benchmarks record it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { NamedValue } from './benchmark/benchmark-results.ts';
import type { Config } from './config.ts';
import { packageRoot, packageVersion } from './package-root.ts';

/** Names and values, in the order of reports. */
export function environmentOf({ device, threads, databaseUrl }: Config): readonly NamedValue[] {
  const facts = {
    lacuna: packageVersion(),
    commit: projectCommit(),
    node: process.version,
    'onnxruntime-node': dependencyVersion('onnxruntime-node'),
    device,
    threads: threads === null ? 'default' : String(threads),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: String(availableParallelism()),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
    database: databaseUrl === null ? 'PGlite' : 'PostgreSQL',
  };
  return Object.entries(facts).map(([name, value]) => ({ name, value }));
}

/** Of a working copy; an installed package has none. */
function projectCommit(): string {
  if (!existsSync(join(packageRoot(), '.git'))) return 'none';
  try {
    const git = ['-C', packageRoot(), 'rev-parse', 'HEAD'];
    return execFileSync('git', git, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function dependencyVersion(name: string): string {
  const read = createRequire(import.meta.url);
  return z.object({ version: z.string() }).parse(read(`${name}/package.json`)).version;
}
