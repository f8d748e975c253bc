/**
 * On what terms a run is asked for, besides its text: for how long, for whom, under what name, and what is kept of it.
 */
import type { InputFieldBuilder } from '@pothos/core';
import type { Problem } from '../src/errors.ts';
import type {
  DisconnectPolicy,
  InfillInput,
  Priority,
  StorePolicy,
} from '../src/service/service.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { decodeIdOf } from './global-id.ts';

type InputFields = InputFieldBuilder<Builder['$inferSchemaTypes'], 'InputObject'>;

/** The part of `InfillInput` that is about the run. */
export type TermsValue = {
  readonly deadlineMs?: number | null | undefined;
  readonly waitMs?: number | null | undefined;
  readonly onDisconnect?: DisconnectPolicy | null | undefined;
  readonly supersedes?: string | null | undefined;
  readonly priority: Priority;
  readonly store: StorePolicy;
  readonly idempotencyKey?: string | null | undefined;
};

/** The fields of `InfillInput` about the run. */
export function termsFields(t: InputFields, enums: Enums) {
  return {
    deadlineMs: t.int({
      description:
        'Milliseconds from submission, from 1 to 86400000; then the infill is cancelled, and what is filled so far is kept.',
    }),
    waitMs: t.int({
      description:
        'Milliseconds, from 0 to 600000, after which the mutation `infill` answers with the infill as it is then; it ' +
        'goes on whatever `onDisconnect` says. Refused by the operations that do not wait.',
    }),
    onDisconnect: t.field({
      type: enums.disconnectPolicy,
      description:
        'What becomes of it when nobody follows it any more. Absent: CANCEL of the mutation and the subscription ' +
        '`infill`, CONTINUE of `submitInfill`.',
    }),
    supersedes: t.id({
      description:
        'Global id of an infill of yours that is cancelled once this one is admitted. Nothing happens to it if it has ' +
        'ended, or if this one is refused.',
    }),
    priority: t.field({
      type: enums.runPriority,
      required: true,
      defaultValue: 'INTERACTIVE',
      description: 'Who goes first where several infills are there.',
    }),
    store: t.field({
      type: enums.storePolicy,
      required: true,
      defaultValue: 'FULL',
      description: 'What is kept of it in the database.',
    }),
    idempotencyKey: t.string({
      description:
        'Your name for this submission, from 1 to 128 printable characters. Sent again with the same input, by any of ' +
        'the operations, it is the same infill, and nothing is charged; with another input, a `ConflictError`. `waitMs` ' +
        'may differ. Of an infill with the store policy NONE the key is known for as long as the infill.',
    }),
  };
}

/** The terms as the service takes them, and what is wrong with an id that is not an infill's. */
export function termsOf(value: TermsValue) {
  const superseded = value.supersedes == null ? null : decodeIdOf('Infill', value.supersedes);
  const isForeign = superseded === null && value.supersedes != null;
  const terms = {
    deadlineMs: value.deadlineMs ?? undefined,
    waitMs: value.waitMs ?? undefined,
    onDisconnect: value.onDisconnect ?? undefined,
    supersedes: superseded ?? undefined,
    priority: value.priority,
    store: value.store,
    idempotencyKey: value.idempotencyKey ?? undefined,
  } satisfies Partial<InfillInput>;
  return { terms, problems: isForeign ? [foreignId(['supersedes'])] : [] };
}

function foreignId(path: readonly string[]): Problem {
  const message = 'The id given is not the id of an infill.';
  return { path, code: 'UNKNOWN_RUN', message, value: null, limit: null };
}
