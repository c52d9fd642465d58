import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agenticUplift, aivssFormulas, bandOf, mitigationFactors, PROOF_OF_CONCEPT, scoreAivss, type AivssVersion } from './aivss.ts';
import { cvss4BaseScore, toOneDecimal } from './cvss4.ts';
import { seedFactorSum, threatFactors } from './threat-factors.ts';

const inputs = (base: number, factorSum: number, mitigation: number = mitigationFactors.none) => ({ base, factorSum, threat: PROOF_OF_CONCEPT, mitigation });
const score = (version: AivssVersion, base: number, factorSum: number, mitigation?: number) => scoreAivss(version, inputs(base, factorSum, mitigation)).score;

/** The ten worked examples of v0.8, sections 3.6.1 to 3.6.10: vector, base, factor sum, uplift, score. */
const published: [vector: string, base: number, factorSum: number, uplift: number, score: number][] = [
  ['AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.4, 9, 0.5238, 9.9],
  ['AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 8.7, 8, 1.0088, 9.7],
  ['AV:N/AC:H/AT:N/PR:L/UI:N/VC:N/VI:N/VA:H/SC:N/SI:H/SA:H', 7.1, 8, 2.2504, 9.4],
  ['AV:A/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.4, 9.5, 0.5529, 10],
  ['AV:N/AC:H/AT:N/PR:N/UI:A/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N', 7.4, 7.5, 1.8915, 9.3],
  ['AV:A/AC:H/AT:N/PR:H/UI:N/VC:L/VI:H/VA:L/SC:N/SI:N/SA:N', 5.8, 7.5, 3.0555, 8.9],
  ['AV:A/AC:L/AT:N/PR:H/UI:N/VC:N/VI:H/VA:H/SC:N/SI:N/SA:N', 6.9, 7.5, 2.2553, 9.2],
  ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 6.5, 0.4414, 9.7],
  ['AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N', 5.3, 6.5, 2.9634, 8.3],
  ['AV:N/AC:H/AT:N/PR:N/UI:A/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N', 2.1, 6.5, 4.981, 7.1],
];

describe('the published examples', () => {
  it.each(published)('of v0.8 come out exactly: %s', (vector, base, factorSum, uplift, expected) => {
    expect(cvss4BaseScore(`CVSS:4.0/${vector}`)).toBe(base);
    // Printed to four decimals.
    expect(Math.abs(agenticUplift(inputs(base, factorSum)) - uplift)).toBeLessThanOrEqual(0.00005 + 1e-12);
    expect(score('v0.8', base, factorSum)).toBe(expected);
  });

  it.each([
    [9.4, 8.5, 8.7],
    [8.7, 7, 7.6],
    [7.1, 7.5, 7.1],
    [8.3, 6.5, 7.2],
    [7.4, 5.5, 6.3],
    [5.8, 6, 5.7],
    [6.9, 5, 5.8],
    [9.3, 1, 5],
    [5.3, 4.5, 4.8],
    [2.1, 4, 3],
  ])('of v0.5 come out exactly: %d and %d give %d', (base, factorSum, expected) => {
    expect(score('v0.5', base, factorSum)).toBe(expected);
  });
});

describe('the seed', () => {
  it('has ten factors that add up to 4.5, and to 4 on the grid of 0, 0.5 and 1', () => {
    expect(threatFactors.map(({ seed }) => seed.value)).toEqual([0.7, 0.6, 0.4, 0.5, 0.5, 0.4, 0.1, 0.2, 0.6, 0.5]);
    expect(seedFactorSum.asGiven).toBe(4.5);
    expect(seedFactorSum.onGrid).toBe(4);
  });

  it.each([
    [4.5, 9.4, 6.7, 9.7, 8, 6.5, 9.6],
    [4, 9.4, 6.5, 9.6, 8, 6.5, 9.6],
    [4.5, 8.7, 6.4, 9.3, 7.7, 6.2, 9.1],
    [7.5, 9.4, 8.2, 9.8, 8.2, 6.6, 9.7],
  ])('scores by version with factors %d on a base of %d', (factorSum, base, old, none, partial, strong, floor) => {
    expect([
      score('v0.5', base, factorSum),
      score('v0.8', base, factorSum),
      score('v0.8', base, factorSum, mitigationFactors.partial),
      score('v0.8', base, factorSum, mitigationFactors.strong),
      score('v1-floor', base, factorSum, mitigationFactors.strong),
    ]).toEqual([old, none, partial, strong, floor]);
  });
});

const tenths = (max: number) => fc.nat({ max: max * 10 }).map((value) => value / 10);
const anyInputs = fc.record({
  base: tenths(10),
  factorSum: fc.nat({ max: 20 }).map((value) => value / 2),
  threat: fc.constantFrom(0.5, 0.91, PROOF_OF_CONCEPT, 1),
  mitigation: fc.constantFrom<number>(...Object.values(mitigationFactors)),
});
const versions = Object.keys(aivssFormulas) as AivssVersion[]; // its own keys

describe.each(versions)('a score of %s', (version) => {
  it('stays from 0 to 10, with one decimal, its formula and its inputs', () => {
    fc.assert(
      fc.property(anyInputs, (given) => {
        const made = scoreAivss(version, given);
        expect(made.score).toBeGreaterThanOrEqual(0);
        expect(made.score).toBeLessThanOrEqual(10);
        expect(made.score).toBe(Number(made.score.toFixed(1)));
        expect(made).toMatchObject({ version, formula: aivssFormulas[version], inputs: given, band: bandOf(made.score) });
      }),
    );
  });

  it('never falls when one of its inputs rises', () => {
    fc.assert(
      fc.property(anyInputs, anyInputs, fc.constantFrom('base', 'factorSum', 'threat', 'mitigation' as const), (given, other, which) => {
        const [low, high] = [given[which], other[which]].toSorted((a, b) => a - b);
        const lower = scoreAivss(version, { ...given, [which]: low });
        const higher = scoreAivss(version, { ...given, [which]: high });
        expect(higher.raw).toBeGreaterThanOrEqual(lower.raw - 1e-9);
        expect(higher.score).toBeGreaterThanOrEqual(lower.score);
      }),
    );
  });
});

describe('the floor', () => {
  it('is v0.8 where nothing is mitigated, and never below the base', () => {
    fc.assert(
      fc.property(anyInputs, (given) => {
        const unmitigated = { ...given, mitigation: mitigationFactors.none };
        expect(scoreAivss('v1-floor', unmitigated).score).toBe(scoreAivss('v0.8', unmitigated).score);
        expect(scoreAivss('v1-floor', given).score).toBeGreaterThanOrEqual(given.base);
      }),
    );
  });
});

describe('bands and rounding', () => {
  it('part at 9, 7, 4 and above 0', () => {
    expect([10, 9, 8.9, 7, 6.9, 4, 3.9, 0.1, 0].map(bandOf)).toEqual(['critical', 'critical', 'high', 'high', 'medium', 'medium', 'low', 'low', 'none']);
  });

  it('halves go up', () => {
    expect([4.25, 4.249, 5.6499999999999995, 0.05].map(toOneDecimal)).toEqual([4.3, 4.2, 5.7, 0.1]);
  });
});
