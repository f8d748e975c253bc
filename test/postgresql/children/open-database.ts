/** Waits for a line, opens a database for a server, says `held` or the error's code, and stays. */
import { once } from 'node:events';
import { InfillError } from '../../../src/errors.ts';
import { openHeldDatabase } from '../../../src/store/open-postgres.ts';

const [url = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  await openHeldDatabase(url, { now: Date.now });
  process.stdout.write('held\n');
} catch (error) {
  process.stdout.write(`${error instanceof InfillError ? error.code : String(error)}\n`);
}
// Standard input keeps the process alive.
