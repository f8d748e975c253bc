/**
 * `/machine/backup`: what `lacuna db backup` asks of a running server, which alone may read its embedded database.
 */
import type { MachineHandler } from './server/machine.ts';
import { backupStream } from './store/backup.ts';
import { compressed } from './store/backup-file.ts';
import type { Database } from './store/database.ts';

/** Where a server answers it. */
export const machineBackupPath = '/machine/backup';

/** Answers with a backup as a file has it; of the request it wants nothing. */
export function machineBackupHandler(database: Database): MachineHandler {
  return async () => compressed(backupStream(database));
}
