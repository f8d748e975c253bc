/** Waits for a line, tries to take the lock of a folder, says `held` or the error's code, and stays. */
import { once } from 'node:events';
import { InfillError } from '../../../src/errors.ts';
import { acquireLock } from '../../../src/store/folder-lock.ts';

const [folder = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  acquireLock(folder, new Date(0), `http://127.0.0.1:4000/${process.pid}`);
  process.stdout.write('held\n');
} catch (error) {
  process.stdout.write(`${error instanceof InfillError ? error.code : String(error)}\n`);
}
// Standard input keeps the process alive.
