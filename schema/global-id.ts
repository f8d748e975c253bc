/**
 * Opaque ids: base64 of a type's name and its own id.
 *
 * Knows the names of node types; an id that is not one decodes to null, and the caller decides what that means.
 */
import { type ErrorCode, InfillError } from '../src/errors.ts';

/** Types that have global ids. */
export type NodeType = 'Infill' | 'Decoder' | 'ModelPack' | 'Comparison' | 'Dataset' | 'Benchmark';

const nodeTypes: readonly string[] = [
  'Infill',
  'Decoder',
  'ModelPack',
  'Comparison',
  'Dataset',
  'Benchmark',
] satisfies NodeType[];
/** Whose own ids are names. */
const namedTypes: readonly string[] = ['Decoder', 'ModelPack'] satisfies NodeType[];
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Longest id that is looked at, in characters. */
const maxLength = 512;

/** A decoded id. */
export type NodeId = { readonly type: NodeType; readonly id: string };

/** The global id of a node. */
export function encodeId(type: NodeType, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64');
}

/** What a global id names; null for anything `encodeId` did not make, and for ids that are to be UUIDs and are not. */
export function decodeId(globalId: string): NodeId | null {
  if (globalId.length > maxLength) return null;
  const decoded = Buffer.from(globalId, 'base64').toString('utf8');
  const [type = '', ...rest] = decoded.split(':');
  const id = rest.join(':');
  if (!isNodeType(type) || encodeId(type, id) !== globalId) return null;
  return !namedTypes.includes(type) && !uuidPattern.test(id) ? null : { type, id };
}

/** The id of a node of `type`; null for other types and for what is no id. */
export function decodeIdOf(type: NodeType, globalId: string): string | null {
  const decoded = decodeId(globalId);
  return decoded?.type === type ? decoded.id : null;
}

function isNodeType(type: string): type is NodeType {
  return nodeTypes.includes(type);
}

/** What names nothing of a type whose objects come and go. */
const missing = {
  Infill: { code: 'UNKNOWN_RUN', noun: 'an infill' },
  Comparison: { code: 'UNKNOWN_COMPARISON', noun: 'a comparison' },
  Dataset: { code: 'UNKNOWN_DATASET', noun: 'a dataset' },
  Benchmark: { code: 'UNKNOWN_BENCHMARK', noun: 'a benchmark' },
} as const satisfies Partial<Record<NodeType, { code: ErrorCode; noun: string }>>;

/** The id of an object of `type`. @throws UNKNOWN_… for anything else */
export function requireIdOf(type: keyof typeof missing, globalId: string): string {
  const id = decodeIdOf(type, globalId);
  if (id !== null) return id;
  const { code, noun } = missing[type];
  throw new InfillError(code, `The id given is not the id of ${noun}.`);
}
