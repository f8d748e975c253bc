/**
 * The closed sets about how long a run goes on and what is kept of it, each described value by value.
 */
import type { Builder } from './builder.ts';

/** Adds `DisconnectPolicy`, `RunPriority`, `StorePolicy` and `CancelReason`. */
export function defineTermsEnums(builder: Builder) {
  return {
    disconnectPolicy: builder.enumType('DisconnectPolicy', {
      description: 'What becomes of an infill when the last of those who follow it has left.',
      values: {
        CANCEL: {
          description:
            'It is cancelled: at once, or, where it has an `idempotencyKey`, when nobody has come back in 5 seconds. ' +
            'Nobody having followed it yet is no leaving.',
        },
        CONTINUE: { description: 'It goes on.' },
      } as const,
    }),
    runPriority: builder.enumType('RunPriority', {
      description: 'Who goes first where several infills are there.',
      values: {
        INTERACTIVE: { description: 'Somebody waits for it.' },
        BATCH: {
          description:
            'It takes the time that is left: it has a queue of its own, and goes on only while no interactive infill ' +
            'or score on its model pack can. An interactive one waits for one of its steps at most.',
        },
      } as const,
    }),
    storePolicy: builder.enumType('StorePolicy', {
      description:
        'What is kept of an infill in the database. What is not kept there can still be read while the infill is ' +
        'alive and for up to a minute after its end.',
      values: {
        FULL: { description: 'Everything.' },
        METADATA: {
          description:
            'No text and no token: neither source nor fills, choices, banned texts or the events that tell tokens. ' +
            'Status, times, numbers, settings, labels and errors stay.',
        },
        NONE: { description: 'Nothing. It is in no list, and lost when the server stops.' },
      } as const,
    }),
    cancelReason: builder.enumType('CancelReason', {
      description: 'Why an infill was cancelled; the first reason, where there were several.',
      values: {
        REQUESTED: { description: 'By `cancelInfill`.' },
        DISCONNECTED: { description: 'All who followed it had left.' },
        SUPERSEDED: { description: 'Another infill was submitted in its place.' },
        DEADLINE: { description: 'Its `deadlineMs` had passed.' },
        SHUTDOWN: { description: 'The server was stopped.' },
      } as const,
    }),
  };
}
