/**
 * The executable schema over one service.
 */
import type { GraphQLSchema } from 'graphql';
import type { Service } from '../src/service/service.ts';
import { createBuilder } from './builder.ts';
import { defineComparison } from './comparison.ts';
import { defineDecoder } from './decoder.ts';
import { defineEnums } from './enums.ts';
import { defineInfill } from './infill.ts';
import { defineInfills } from './infills.ts';
import { defineMeasurements } from './measurements.ts';
import { defineModelPack } from './model-pack.ts';
import { defineNode } from './node.ts';
import { defineOperations } from './operations.ts';
import { definePageInfo } from './page.ts';
import type { Parts } from './parts.ts';
import { defineScalars } from './scalars.ts';
import { defineSlot } from './slot.ts';
import { defineViewer } from './viewer.ts';

/**
 * Builds the schema. Its decoder inputs follow `service.decoders`; its resolvers expect a `Context` of `createContext`.
 */
export function buildSchema(service: Service): GraphQLSchema {
  const builder = createBuilder();
  builder.queryType({ description: 'What can be read.' });
  builder.mutationType({ description: 'What starts and stops work.' });
  builder.subscriptionType({ description: 'What can be followed; never over GET.' });
  defineScalars(builder);
  const parts: Parts = { builder, enums: defineEnums(builder), service };
  for (const define of [
    defineNode,
    definePageInfo,
    defineDecoder,
    defineModelPack,
    defineSlot,
    defineMeasurements,
    defineInfill,
    defineInfills,
    defineComparison,
    defineOperations,
    defineViewer,
  ]) {
    define(parts);
  }
  return builder.toSchema();
}
