/**
 * Objects with a global id, and how they are found again.
 */
import { type InfillError, problemsError } from '../src/errors.ts';
import type { Benchmark } from '../src/service/benchmarks.ts';
import type { Comparison } from '../src/service/comparisons.ts';
import type { Dataset } from '../src/service/datasets.ts';
import type { DecoderDescription, Infill, ServedPack } from '../src/service/service.ts';
import type { Context } from './context.ts';
import { decodeId } from './global-id.ts';
import type { Parts } from './parts.ts';

/** Most ids in one `nodes`. */
const maxNodes = 100;

type AnyNode = Infill | DecoderDescription | ServedPack | Comparison | Dataset | Benchmark;

/** Adds `Node`, `node` and `nodes`. */
export function defineNode(parts: Parts): void {
  const { builder } = parts;
  builder.interfaceType('Node', {
    description: 'An object with an id that names it among all objects.',
    fields: (t) => ({
      id: t.id({ description: 'Global id; opaque.', resolve: noId }),
    }),
  });
  builder.queryField('node', (t) =>
    t.field({
      type: 'Node',
      nullable: true,
      description: 'The object with a global id; null when there is none.',
      args: { id: t.arg.id({ required: true, description: 'Global id.' }) },
      resolve: (_, { id }, context) => findNode(parts, id, context),
    }),
  );
  builder.queryField('nodes', (t) =>
    t.field({
      type: ['Node'],
      nullable: { list: false, items: true },
      description: `Objects by their global ids, in the same order; null where there is none. At most ${maxNodes}.`,
      args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
      resolve: (_, { ids }, context) => {
        if (ids.length > maxNodes) throw tooManyIds(ids.length);
        return Promise.all(ids.map((id) => findNode(parts, id, context)));
      },
    }),
  );
}

async function findNode(
  { service }: Parts,
  globalId: string,
  context: Context,
): Promise<AnyNode | null> {
  const node = decodeId(globalId);
  switch (node?.type) {
    case undefined:
      return null;
    case 'Infill':
      return context.infills.load(node.id);
    case 'Decoder':
      return service.decoders.find(({ name }) => name === node.id) ?? null;
    case 'ModelPack':
      return service.packs().find(({ id }) => id === node.id) ?? null;
    case 'Comparison':
      return context.comparisons.load(node.id);
    case 'Dataset':
      return (await service.datasets.find([node.id], context.viewer))[0] ?? null;
    case 'Benchmark':
      return (await service.benchmarks.find([node.id], context.viewer))[0] ?? null;
  }
}

function tooManyIds(count: number): InfillError {
  const message = `\`nodes\` was asked for ${count} ids; the limit is ${maxNodes}.`;
  return problemsError([
    {
      path: ['ids'],
      code: 'INVALID_INPUT',
      message,
      value: String(count),
      limit: String(maxNodes),
    },
  ]);
}

function noId(): never {
  throw new TypeError('Every type that implements Node resolves its own id.');
}
