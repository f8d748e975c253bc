/**
 * How typed documents are made from the committed schema and the client's operations.
 */
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'src/client/documents/*.graphql',
  generates: {
    'src/client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        enumType: 'string-literal',
        useTypeImports: true,
        importExtension: '.ts',
        strictScalars: true,
        scalars: { BigInt: 'string', DateTime: 'string', JSON: 'unknown' },
        immutableTypes: true,
        avoidOptionals: { field: true },
      },
    },
  },
};

export default config;
