import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLSchema, parse, printSchema, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { printedSchema } from '../../schema/printed-schema.ts';
import { builtInDecoders } from '../../src/decoders.ts';
import type { DecoderDescription } from '../../src/service/service.ts';
import { FakeService } from '../support/fake-service.ts';

const [maria] = builtInDecoders.descriptions;

describe('the schema', () => {
  it('is the committed one', () => {
    const committed = readFileSync(
      join(import.meta.dirname, '../../schema/schema.graphql'),
      'utf8',
    );
    expect(printedSchema(builtInDecoders.descriptions)).toBe(committed);
  });

  it('describes every type, field, argument and value', () => {
    expect(undescribed(buildSchema(new FakeService()))).toEqual([]);
  });

  it('has one input per decoder, typed by its options', () => {
    const sdl = printedSchema([twoWords()]);
    expect(sdl).toContain('twoWords: TwoWordsOptions');
    expect(sdl).toContain('order: TwoWordsOrder = LEFT_TO_RIGHT');
    expect(sdl).toMatch(/enum TwoWordsOrder \{[^}]*LEFT_TO_RIGHT[^}]*RANDOM/s);
    expect(sdl).toContain('steps: Int\n');
  });
});

const twoOptions: DecoderDescription['optionFields'] = [
  {
    name: 'order',
    description: 'Order.',
    type: 'ENUM',
    values: ['left-to-right', 'random'],
    defaultValue: 'left-to-right',
  },
  { name: 'steps', description: 'Steps.', type: 'INT', values: [], defaultValue: undefined },
];

function twoWords(): DecoderDescription {
  if (maria === undefined) throw new Error('There is no built-in decoder.');
  return { ...maria, name: 'two-words', fieldName: 'twoWords', optionFields: twoOptions };
}

const describable =
  /^(?:.*TypeDefinition|FieldDefinition|InputValueDefinition|EnumValueDefinition)$/;

/** Names of what has no description, or one that is only a word. */
function undescribed(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  visit(parse(printSchema(schema)), {
    enter(node) {
      if (!(describable.test(node.kind) && 'description' in node && 'name' in node)) return;
      if ((node.description?.value ?? '').length < 5) missing.push(node.name?.value ?? node.kind);
    },
  });
  return missing;
}
