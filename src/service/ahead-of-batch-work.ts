/**
 * Interactive work from its request to its start: no step of batch work comes in between.
 *
 * Of a score, to its end: it waits for its turn on the way to the worker, and what lets batch work go on would overtake it.
 *
 * Knows priorities; checks, charges and stores nothing.
 */
import type { Priority } from '../decoding/precedence.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';

/**
 * Lets no batch work begin a step while `begin` goes on, however long that takes: what it starts waits for the step under
 * way at most. Of priority BATCH, nothing is held.
 */
export async function aheadOfBatchWork<T>(
  dispatcher: Pick<Dispatcher, 'holdBatchWork'>,
  priority: Priority,
  begin: () => Promise<T>,
): Promise<T> {
  if (priority === 'BATCH') return begin();
  const letGo = dispatcher.holdBatchWork();
  try {
    return await begin();
  } finally {
    letGo();
  }
}
