import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  it('does not hang on the order in which keys were written', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { f: 3, e: 4 }], c: null } })).toBe('{"a":{"c":null,"d":[2,{"e":4,"f":3}]},"b":1}');
    expect(canonicalJson({ 10: 1, 9: 2, x: 3 })).toBe(canonicalJson({ x: 3, 9: 2, 10: 1 }));
  });

  it('keeps every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps a key named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  it('refuses a number that JSON does not have', () => {
    expect(() => canonicalJson({ value: Infinity })).toThrow(RangeError);
  });
});
