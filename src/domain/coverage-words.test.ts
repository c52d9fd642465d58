import { describe, expect, it } from 'vitest';
import { coverageWarning, coverageWords, uncountedWords } from './coverage-words.ts';

const coverage = { level: 0.9, coveredCount: 1243, rowCount: 1500, meanWidth: 3, isLow: true };

describe('what ranges held, in words', () => {
  it('is told to a tenth of a per cent, and is a warning only where it is too little', () => {
    expect(coverageWords(coverage)).toBe('the range beside each answer is made for 90 % of truths, and held 82.9 % of 1,500');
    expect(coverageWarning(coverage)).toMatch(/^The ranges beside the answers are too narrow: .* held 82.9 % of the 1,500 measured ones\.$/);
    expect(coverageWarning({ ...coverage, isLow: false })).toBeNull();
  });

  it('are no figures where nothing was counted, but the reason', () => {
    expect(uncountedWords({ kind: 'none', because: 'few-rows', rowCount: 45 })).toBe('answers come without a range: 45 rows are too few to learn one from');
    const interval = { kind: 'interval' as const, level: 0.9, scale: 'unit' as const, low: -1, high: 1, spread: null, least: null };
    expect(uncountedWords(interval)).toMatch(/made for 90 % of truths; .* not measured, because no rows were locked away$/);
  });
});
