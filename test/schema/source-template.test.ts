import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { templateOf } from '../../schema/source-template.ts';
import type { SegmentRequest } from '../../src/service/service.ts';
import { readSegments } from '../../src/text/segments.ts';
import { readTemplate } from '../../src/text/template-notation.ts';

const text = fc.stringMatching(/^(?:[ab\\\][:1-]|\[MASK\]|\[MASK:2\]){1,8}$/);
const segment: fc.Arbitrary<SegmentRequest> = fc.oneof(
  fc.record({ text }),
  fc.record({
    slot: fc.record({ length: fc.record({ tokens: fc.integer({ min: 1, max: 9 }) }) }),
  }),
);

describe('templateOf', () => {
  it('shows a template as it was sent', () => {
    expect(templateOf({ text: 'a \\[MASK] [MASK:2]' })).toBe('a \\[MASK] [MASK:2]');
  });

  it('has none for token ids', () => {
    expect(templateOf({ tokens: [1, null] })).toBeNull();
  });

  it('asks for the same as the segments it shows', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
        const shown = templateOf({ segments }) ?? '';
        expect(readTemplate(shown, [])).toEqual(readSegments(segments, []));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
