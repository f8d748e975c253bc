/**
 * Tokens that a server mints for the browsers of its users.
 */
import type { MintedToken } from '../src/service/identity.ts';
import { asResult, isExpectedError } from './error.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** The errors that minting can end with. */
const errorNames: readonly string[] = ['ValidationError', 'UnsupportedError'];

/** Adds `ClientToken` and the field `mintClientToken`. */
export function defineClientToken(
  { builder, service }: Parts,
  { errors }: Pick<OperationTypes, 'errors'>,
): void {
  const result = builder.unionType('MintClientTokenResult', {
    description: 'A token, or what was wrong with the request.',
    types: [defineToken(builder), ...errors.filter(({ name }) => errorNames.includes(name))],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'ClientToken'),
  });
  builder.mutationField('mintClientToken', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Makes a token of the API key of the request, for a browser to fill texts with for a while without learning the ' +
        'key. It ends with its key. Only for requests with an API key: `UnsupportedError` for others.',
      args: {
        input: t.arg({
          type: defineInput(builder),
          required: true,
          description: 'How long, for how much, and for which pages.',
        }),
      },
      resolve: (_, { input }, { viewer }) => asResult(() => service.mintClientToken(input, viewer)),
    }),
  );
}

function defineInput(builder: Parts['builder']) {
  return builder.inputType('MintClientTokenInput', {
    description: 'What a token is to be good for.',
    fields: (t) => ({
      ttlSeconds: t.int({ required: true, description: 'How long, in seconds: from 1 to 3600.' }),
      costBudget: t.int({
        required: true,
        description: 'Most cost of all its requests together: from 1 to 1,000,000.',
      }),
      origins: t.stringList({
        required: true,
        description:
          'Pages that may use it, by their origins as browsers send them, such as `https://example.org`: from 1 to 10, ' +
          'each one that the server lets in (`ALLOWED_ORIGINS`; loopback ones too where it listens on loopback only).',
      }),
    }),
  });
}

function defineToken(builder: Parts['builder']) {
  return builder.objectRef<MintedToken>('ClientToken').implement({
    description: 'A token for browsers. It is shown this once.',
    fields: (t) => ({
      token: t.exposeString('token', {
        description: 'Sent as `Authorization: Bearer …`, like an API key.',
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends.' }),
      costBudget: t.exposeInt('costBudget', {
        description: 'Most cost of all its requests together; they count against the key as well.',
      }),
      origins: t.exposeStringList('origins', { description: 'Pages that may use it.' }),
    }),
  });
}
