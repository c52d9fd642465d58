import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseMetrics, Cvss4Vector, cvss4BaseScore } from './cvss4.ts';

const vectorOf = (values: readonly string[]) =>
  `CVSS:4.0/${Object.keys(baseMetrics)
    .map((name, index) => `${name}:${values[index]}`)
    .join('/')}`;
const allVectors = () =>
  Object.values(baseMetrics)
    .reduce<string[][]>((start, values) => start.flatMap((one) => values.map((value) => [...one, value])), [[]])
    .map(vectorOf);
const anyValues = fc.tuple(...Object.values(baseMetrics).map((values) => fc.constantFrom<string[]>(...values)));

describe('the base score of CVSS 4.0', () => {
  it.each([
    // FIRST's examples: Log4Shell and Heartbleed.
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N', 8.7],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
    ['AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
  ])('of %s is %d', (vector, score) => {
    expect(cvss4BaseScore(`CVSS:4.0/${vector}`)).toBe(score);
  });

  // The digest of what Red Hat's `cvss` 3.6 (PyPI) gives for them, one line `vector score` each.
  it('is what the reference gives for every one of the 104,976 vectors', () => {
    const lines = allVectors().map((vector) => `${vector} ${cvss4BaseScore(vector).toFixed(1)}\n`);
    expect(lines).toHaveLength(104_976);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe('3e71127d206a943d510f7324d2d7fd463e43d947e834bf7d001df9779df3405f');
  });

  it('stays from 0 to 10 with one decimal', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const score = cvss4BaseScore(vectorOf(values));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(10);
        expect(score).toBe(Number(score.toFixed(1)));
      }),
    );
  });

  it('never rises when one metric becomes less severe', () => {
    fc.assert(
      fc.property(anyValues, fc.nat({ max: 10 }), (values, which) => {
        const steps: readonly string[] = Object.values(baseMetrics)[which];
        const milder = steps[steps.indexOf(values[which]) + 1] ?? values[which];
        expect(cvss4BaseScore(vectorOf(values.with(which, milder)))).toBeLessThanOrEqual(cvss4BaseScore(vectorOf(values)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'CVSS:4.0/AV:N', `${vectorOf(Object.values(baseMetrics).map(([first]) => first))}/E:A`])(
    'refuses %j, which is no base vector',
    (text) => {
      expect(Cvss4Vector.safeParse(text).success).toBe(false);
      expect(() => cvss4BaseScore(text)).toThrow('CVSS 4.0');
    },
  );
});
