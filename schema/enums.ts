/**
 * The closed sets of the API, each described value by value.
 *
 * Returns references, since enum types have no name in the builder's types.
 */
import { defineBenchmarkEnums } from './benchmark-enums.ts';
import type { Builder } from './builder.ts';
import { defineErrorCode } from './error-code.ts';
import { defineTermsEnums } from './terms-enums.ts';

/** The enum types of one schema. */
export type Enums = ReturnType<typeof defineEnums>;

/** Adds the enums to a builder. */
export function defineEnums(builder: Builder) {
  return {
    ...defineDecoderEnums(builder),
    ...defineModelEnums(builder),
    ...defineRunEnums(builder),
    ...defineTermsEnums(builder),
    ...defineBenchmarkEnums(builder),
    errorCode: defineErrorCode(builder),
    scope: defineScope(builder),
  };
}

function defineDecoderEnums(builder: Builder) {
  return {
    streamKind: builder.enumType('StreamKind', {
      description: 'The order in which a decoder commits tokens.',
      values: {
        LEFT_TO_RIGHT: { description: 'In reading order.' },
        ANY_ORDER: { description: 'In an order the decoder chooses while it fills.' },
      } as const,
    }),
    decoderFeature: builder.enumType('DecoderFeature', {
      description: 'What a decoder can do beyond filling.',
      values: {
        REVISES: { description: 'May reopen tokens it has committed.' },
        ALTERNATIVES: { description: 'Reports other probable tokens beside each committed one.' },
        SCORES: { description: 'Computes the log-likelihood of a given fill.' },
      } as const,
    }),
    samplingSetting: builder.enumType('SamplingSetting', {
      description: 'A field of `SamplingInput`.',
      values: {
        TEMPERATURE: { value: 'temperature', description: 'The field `temperature`.' },
        TOP_K: { value: 'topK', description: 'The field `topK`.' },
        TOP_P: { value: 'topP', description: 'The field `topP`.' },
        REPETITION_PENALTY: {
          value: 'repetitionPenalty',
          description: 'The field `repetitionPenalty`.',
        },
      } as const,
    }),
    likelihoodKind: builder.enumType('LikelihoodKind', {
      description:
        'What a log-likelihood is. Numbers of different kinds are not to be ranked in one column.',
      values: {
        CHAIN_RULE: {
          description: 'Exact: the sum of log-probabilities along the path that was decoded.',
        },
        INDEPENDENT: {
          description: 'The sum over positions that were predicted independently of each other.',
        },
        ELBO: { description: 'A lower bound; a perplexity computed from it is an upper bound.' },
        NONE: { description: 'The decoder with these options has no tractable likelihood.' },
      } as const,
    }),
  };
}

function defineModelEnums(builder: Builder) {
  return {
    modelRole: builder.enumType('ModelRole', {
      description: 'What a model of a pack is for.',
      values: {
        CAUSAL: {
          value: 'causal',
          description: 'Predicts the next token from what stands to the left.',
        },
        MASKED: { value: 'masked', description: 'Predicts masked tokens from both sides.' },
        FUSION: {
          value: 'fusion',
          description: 'Joins the predictions of the causal and the masked model.',
        },
      } as const,
    }),
    device: builder.enumType('Device', {
      description: 'Where a model pack runs.',
      values: {
        CPU: { value: 'cpu', description: 'The processor.' },
        WEBGPU: { value: 'webgpu', description: 'A graphics processor through WebGPU.' },
        CUDA: { value: 'cuda', description: 'A graphics processor through CUDA.' },
      } as const,
    }),
    modelPackState: builder.enumType('ModelPackState', {
      description: 'Whether a model pack can take runs now.',
      values: {
        LOADING: { description: 'Its worker is starting.' },
        READY: { description: 'It takes runs.' },
        RESTARTING: { description: 'Its worker ended unexpectedly and is being started again.' },
        STOPPED: { description: 'It takes no more runs until the server starts again.' },
      } as const,
    }),
  };
}

function defineRunEnums(builder: Builder) {
  return {
    runStatus: builder.enumType('RunStatus', {
      description: 'Where a run is in its life. COMPLETED, FAILED and CANCELLED are final.',
      values: {
        QUEUED: { description: 'Waits for its turn.' },
        RUNNING: { description: 'Is being decoded.' },
        COMPLETED: { description: 'Every slot is filled.' },
        FAILED: { description: 'Ended by an error; `error` says which.' },
        CANCELLED: { description: 'Ended on purpose; what was filled until then is kept.' },
      } as const,
    }),
    lengthSearch: builder.enumType('LengthSearch', {
      description: 'How unknown lengths of slots are decided.',
      values: {
        CAL: {
          description:
            'By how confident the masked model is of each length, before anything is decoded.',
        },
        DECODE_ALL: {
          description: 'Every length is decoded, and the fills are compared.',
        },
      } as const,
    }),
    candidateOrder: builder.enumType('CandidateOrder', {
      description: 'What candidates are ranked by.',
      values: {
        LIKELIHOOD: { description: 'By their likelihoods, which are exact; the greatest first.' },
        DRAWN: {
          description: 'By when they were drawn; there are no likelihoods that could be compared.',
        },
      } as const,
    }),
    infillOrderField: builder.enumType('InfillOrderField', {
      description: 'What a list of infills is ordered by.',
      values: { CREATED_AT: { description: 'When the infill was submitted.' } } as const,
    }),
    orderDirection: builder.enumType('OrderDirection', {
      description: 'Which end of a list comes first.',
      values: {
        ASC: { description: 'Smallest or oldest first.' },
        DESC: { description: 'Largest or newest first.' },
      } as const,
    }),
  };
}

function defineScope(builder: Builder) {
  return builder.enumType('Scope', {
    description: 'What a credential allows.',
    values: {
      READ: { description: 'To list the infills of its owner.' },
      INFILL: { description: 'To start, cancel and score infills, and to mint tokens.' },
      ADMIN: { description: 'Everything, also to delete infills and to read the metrics.' },
    } as const,
  });
}
