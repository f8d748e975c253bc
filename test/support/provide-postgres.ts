/**
 * One PostgreSQL server for all tests that are run on one; ends with them.
 */
import type { TestProject } from 'vitest/node';
import { findBinaries, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database on a server for tests, whose user may make others. */
    postgresUrl: string;
  }
}

/** Starts the server; the function it returns stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binaries = findBinaries();
  if (binaries === null) throw new Error('There is no PostgreSQL; install it to run these tests.');
  const server = await startPostgres(binaries);
  project.provide('postgresUrl', server.url);
  return server.stop;
}
