import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byBytes } from './measure-texts.ts';

describe('texts of equal frequency', () => {
  it('stand in the order of their bytes, as DuckDB has them, above U+FFFF too', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{1f98a}'), maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(byBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });
});
