/**
 * Follows one infill over a subscription, from the request to its last event.
 *
 * Knows events; knows no terminal.
 */
import type { Client } from '../client/client.ts';
import {
  type InfillInput,
  type InfillPartsFragment,
  type SlotUpdatePartsFragment,
  StreamInfillDocument,
} from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import { refusalOf } from './refusal.ts';

/**
 * Submits and follows. Returns the infill as it ended, completed or not; null when `signal` aborts, which cancels it.
 *
 * @param onSlots - called at every event before the last, with the slots that it changed.
 * @throws what the server refused, with its code and problems
 */
export async function followInfill(
  client: Client,
  input: InfillInput,
  onSlots: (slots: readonly SlotUpdatePartsFragment[]) => void,
  signal: AbortSignal,
): Promise<InfillPartsFragment | null> {
  if (signal.aborted) return null;
  for await (const { infill: item } of client.subscribe(StreamInfillDocument, { input }, signal)) {
    switch (item.__typename) {
      case 'InfillQueued':
      case 'InfillStarted':
        onSlots([]);
        break;
      case 'InfillTokensCommitted':
      case 'InfillTokensRevised':
      case 'InfillLagged':
        onSlots(item.slots);
        break;
      case 'InfillCompleted':
      case 'InfillCancelled':
      case 'InfillFailed':
        return item.infill;
      default:
        throw refusalOf(item, input.source);
    }
  }
  if (signal.aborted) return null;
  throw new InfillError('SERVER_FAILED', 'The server stopped reporting before the infill ended.');
}
