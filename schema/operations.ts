/**
 * The unions that operations on infills answer with.
 */

import { defineBenchmarks } from './benchmarks.ts';
import { defineClientToken } from './client-token.ts';
import { defineCompare } from './compare.ts';
import { defineContentInput } from './dataset-import.ts';
import { defineDatasets } from './datasets.ts';
import { defineDeleteInfills } from './delete-infills.ts';
import { defineEntrantInput } from './entrant-input.ts';
import { defineErrors, isExpectedError } from './error.ts';
import { defineImportFills } from './import-fills.ts';
import { defineInfillEvents, eventTypeName } from './infill-event.ts';
import { defineInfillInput, defineSharedInputs } from './infill-input.ts';
import { definePlan } from './infill-plan.ts';
import { defineScore } from './infill-score.ts';
import { defineMasking } from './masking.ts';
import { defineMutations } from './mutations.ts';
import type { Parts } from './parts.ts';
import { defineSubscriptions } from './subscriptions.ts';

/** Types of operations that have no name in the builder's types. */
export type OperationTypes = ReturnType<typeof defineOperationTypes>;

/** Adds the operations on texts, and what they take and give. */
export function defineOperations(parts: Parts): void {
  const types = defineOperationTypes(parts);
  definePlan(parts, types);
  defineMutations(parts, types);
  defineDeleteInfills(parts, types);
  defineScore(parts, types);
  defineClientToken(parts, types);
  defineSubscriptions(parts, types);
  const masking = defineMasking(parts);
  const content = defineContentInput(parts);
  defineDatasets(parts, types, { masking, content });
  defineCompare(parts, types);
  defineBenchmarks(parts, types, masking);
  defineImportFills(parts, types, content);
}

function defineOperationTypes(parts: Parts) {
  const { builder } = parts;
  const errors = defineErrors(parts);
  const events = defineInfillEvents(parts);
  const shared = defineSharedInputs(parts);
  return {
    errors,
    shared,
    entrant: defineEntrantInput(parts, shared),
    input: defineInfillInput(parts, shared),
    result: builder.unionType('InfillResult', {
      description: 'An infill, or what was wrong with the request.',
      types: ['Infill', ...errors],
      resolveType: (value) => (isExpectedError(value) ? value.typeName : 'Infill'),
    }),
    streamItem: builder.unionType('InfillStreamItem', {
      description:
        'An event of an infill, or what was wrong with the request; an error is the last item.',
      types: [...events, ...errors],
      resolveType: (value) => (isExpectedError(value) ? value.typeName : eventTypeName(value)),
    }),
  };
}
