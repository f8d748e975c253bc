import { expect, it } from 'vitest';
import { counted } from '../src/counted.ts';

it('says one of a thing, and several of it', () => {
  expect([0, 1, 2].map((count) => counted(count, 'entrant'))).toEqual([
    '0 entrants',
    '1 entrant',
    '2 entrants',
  ]);
  expect([counted(1, 'pass'), counted(2, 'pass')]).toEqual(['1 pass', '2 passes']);
});
