import { describe, expect, it } from 'vitest';
import { decodeId, decodeIdOf, encodeId } from '../../schema/global-id.ts';

const uuid = '0192f3a4-5b6c-7d8e-9f01-23456789abcd';

describe('global ids', () => {
  it('come back as what they name', () => {
    expect(decodeId(encodeId('Infill', uuid))).toEqual({ type: 'Infill', id: uuid });
    expect(decodeId(encodeId('ModelPack', 'a:b ü'))).toEqual({ type: 'ModelPack', id: 'a:b ü' });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['an unknown type', Buffer.from(`Run:${uuid}`).toString('base64')],
    ['an infill id that is no UUID', encodeId('Infill', "1' or '1'='1")],
    ['the id itself', uuid],
    ['another spelling of an id', encodeId('Infill', uuid).replaceAll('=', '')],
    ['an endless id', 'A'.repeat(10_000)],
  ])('are not %s', (_, globalId) => {
    expect(decodeId(globalId)).toBeNull();
  });

  it('are of one type', () => {
    expect(decodeIdOf('Decoder', encodeId('ModelPack', 'x'))).toBeNull();
    expect(decodeIdOf('ModelPack', encodeId('ModelPack', 'x'))).toBe('x');
  });
});
