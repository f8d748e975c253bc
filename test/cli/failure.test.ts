import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/cli/failure.ts';

describe('failureOf', () => {
  it('says in a sentence that the disk is full', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    expect(failureOf(error)).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/^lacuna: There is no space left on the disk\. .*\n$/),
    });
  });
});
