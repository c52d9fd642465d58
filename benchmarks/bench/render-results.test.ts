import { describe, expect, it } from 'vitest';
import { renderResults } from './render-results.ts';
import type { CoverageResult, DevResult, HeldBackResult, NoiseResult } from './results.ts';

const provenance = { version: '1.0', commit: 'abc', machine: 'a machine', date: '2026-01-02T03:04:05Z', loadBefore: 0.5 };
const engine = (tool: string, set: string, score: number | null, more: Partial<DevResult> = {}): DevResult => ({
  kind: 'engine',
  tool,
  set,
  seed: 1,
  budgetS: 10,
  metric: 'roc_auc',
  score,
  error: score === null ? 'exit 1: out\nof memory' : null,
  wallS: 9,
  wallToBudget: 0.9,
  peakMemoryMb: 200,
  firstModelS: tool === 'modelwright' ? 2.5 : null,
  msPerRow: 0.5,
  testRows: 100,
  ...provenance,
  ...more,
});
const heldBack = (seed: number, reported: number, test: number): HeldBackResult => ({
  kind: 'held-back',
  set: 'concrete',
  seed,
  budgetS: 10,
  metric: 'rmse',
  error: null,
  ...provenance,
  comparison: {
    reported: { value: reported, standardError: 0.6 },
    test: { value: test, standardError: 0.8 },
    testRows: 200,
    seenRows: 3,
    verdict: 'worth-using',
  },
});
const coverage = (seed: number, truth: number): CoverageResult => ({
  kind: 'coverage',
  set: `source-${seed}`,
  seed,
  budgetS: 8,
  metric: 'rmse',
  rows: 300,
  error: null,
  ...provenance,
  comparison: { reported: { value: 3, low: 2, high: 4 }, truth },
});
const noise = (seed: number, verdict: NoiseResult['verdict']): NoiseResult => ({
  kind: 'noise',
  set: `noise-${seed}`,
  seed,
  budgetS: 10,
  rows: 100 * (seed + 1),
  verdict,
  error: verdict === null ? 'no code: stuck' : null,
  ...provenance,
});

describe('the page of results', () => {
  it('shows the engines side by side, ours first, the best bold, failures last and named', () => {
    const page = renderResults([
      engine('flaml', 'telco', 0.84),
      engine('modelwright', 'telco', 0.85),
      engine('modelwright', 'adult', 0.9, { peakMemoryMb: 400 }),
      engine('flaml', 'adult', null),
    ]);
    expect(page).toContain('| set | metric | modelwright | flaml |');
    expect(page).toContain('| telco | roc_auc | **0.85** | 0.84 |');
    expect(page).toContain('| adult | roc_auc | **0.9** | failed |');
    expect(page).toContain('| **mean rank** |  | 1.00 | 2.00 |');
    expect(page).toContain('| modelwright | 1.00 | 2 | 0 of 2 | 0.90 (0.90) | 300 (400) | 2.5 (2.5) | 0.500 (0.500) |');
    expect(page).toContain('| flaml | 2.00 | 0 | 1 of 2 | 0.90 (0.90) | 200 (200) | – | 0.500 (0.500) |');
    expect(page).toContain('- flaml on adult, seed 1: exit 1: out of memory');
    expect(page).toContain('- versions: flaml 1.0, modelwright 1.0\n');
  });

  it('takes the mean over seeds, keeps budgets apart, and praises nobody who failed on some', () => {
    const page = renderResults([
      engine('modelwright', 'telco', 0.8),
      engine('modelwright', 'telco', 0.9, { seed: 2 }),
      engine('flaml', 'telco', 0.99),
      engine('flaml', 'telco', null, { seed: 2 }),
      engine('modelwright', 'telco', 0.87, { budgetS: 60 }),
    ]);
    expect(page).toContain('## 10 s, seeds 1, 2');
    expect(page).toContain('| telco | roc_auc | **0.85** | 0.99 (1 of 2 failed) |');
    expect(page).toContain('## 60 s, seed 1');
    expect(page).toContain('| telco | roc_auc | **0.87** |');
  });

  it('says whether reported scores flatter', () => {
    const page = renderResults([
      heldBack(1, 4, 5),
      heldBack(2, 5, 4),
      heldBack(3, 2, 5),
      { ...heldBack(4, 1, 1), comparison: null, error: 'budget.nothing-learnt: no' },
    ]);
    expect(page).toContain('| concrete, 10 s | rmse | 3 | 1.00 | 1.15 | 66.7 % | 1 |');
    expect(page).toContain('- concrete, seed 4: budget.nothing-learnt: no');
  });

  it('counts the intervals that hold the truth, and the sides of those that do not', () => {
    const page = renderResults([coverage(1, 3), coverage(2, 5), coverage(3, 1), coverage(4, 2.5)]);
    expect(page).toContain('| rmse | 4 | 50.0 % | 15.0 % to 85.0 % | 1 | 1 | 0 |');
  });

  it('counts the verdicts on noise against the limit', () => {
    const page = renderResults([noise(1, 'no-better'), noise(2, 'promising'), noise(30, 'worth-using'), noise(3, null)]);
    expect(page).toContain('| **all** | 4 | 1 | 1 | 1 | 0 | 1 |');
    expect(page).toContain('| 1,500 to 5,000 | 1 | 1 | 0 | 0 | 0 | 0 |');
    expect(page).toContain('Called worth using: 1 of 4 (25 %), which is **above** the limit.');
  });

  it('says so where there is nothing', () => {
    expect(renderResults([])).toContain('There are none.');
  });
});
