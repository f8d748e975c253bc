/** Opens a store, writes the id of each run that was inserted, and finishes every second one, until it is killed. */

import { openStore } from '../../../src/store/open-store.ts';
import { finishRun, insertRun } from '../../../src/store/runs.ts';
import { sampleEnd, sampleRun } from '../support/sample-runs.ts';

const [dataDir = ''] = process.argv.slice(2);
const { database } = await openStore({ dataDir, serverUrl: null, now: () => 0 });
for (let count = 0; ; count++) {
  const run = sampleRun({ owner: 'local' });
  await insertRun(database, run);
  if (count % 2 === 1) await finishRun(database, run.id, sampleEnd('cat', 20));
  process.stdout.write(`${count % 2 === 1 ? 'COMPLETED' : 'QUEUED'} ${run.id}\n`);
}
