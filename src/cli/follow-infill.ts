/**
 * Follows one infill over a subscription, from the request to its last event.
 *
 * Knows events; knows no terminal.
 */
import type { Client } from '../client/client.ts';
import {
  type InfillInput,
  type InfillPartsFragment,
  StreamInfillDocument,
} from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import { applyInfillEvent, type InfillState, initialInfillState } from '../events.ts';
import { type FlaggedInput, refusalOf } from './refusal.ts';

/**
 * Submits and follows. Returns the infill as it ended, completed or not; null when `signal` aborts, which cancels it.
 *
 * @param onState - called at every event before the last, with what is known then.
 * @throws what the server refused, with its code and problems
 */
export async function followInfill(
  client: Client,
  asked: FlaggedInput<InfillInput>,
  onState: (state: InfillState) => void,
  signal: AbortSignal,
): Promise<InfillPartsFragment | null> {
  if (signal.aborted) return null;
  let state = initialInfillState;
  const { input } = asked;
  for await (const { infill: item } of client.subscribe(StreamInfillDocument, { input }, signal)) {
    state = applyInfillEvent(state, item);
    if (state.refusal !== null) throw refusalOf(state.refusal, asked);
    if ('infill' in item) return item.infill;
    onState(state);
  }
  if (signal.aborted) return null;
  throw new InfillError('SERVER_FAILED', 'The server stopped reporting before the infill ended.');
}
