/**
 * Ids as people have them: the API's own, or the UUID that paths of exports and logs show.
 */
import { encodeId, type NodeType } from '../../schema/global-id.ts';
import { isUuid } from '../store/uuid-v7.ts';

/** The global id of what is given; what is no UUID is one already, or none. */
export function globalIdOf(type: NodeType, given: string): string {
  return isUuid(given) ? encodeId(type, given.toLowerCase()) : given;
}
