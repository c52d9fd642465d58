import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openResults, parseResults, type Result } from './results.ts';

const provenance = { version: '1', commit: 'abc', machine: 'a machine', date: '2026-01-01T00:00:00Z', loadBefore: 0.5 };
const noise: Result = { kind: 'noise', set: 'noise-1', seed: 1, budgetS: 10, rows: 100, verdict: 'no-better', error: null, ...provenance };
const key = { kind: 'noise', set: 'noise-1', seed: 1, budgetS: 10 } as const;

describe('results, a line each', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-results-'));
    path = join(folder, 'new', 'results.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('knows what has been measured when it is opened again', () => {
    openResults(path).append(noise);
    const again = openResults(path);
    expect(again.has(key)).toBe(true);
    for (const other of [{ seed: 2 }, { budgetS: 60 }, { set: 'noise-2' }, { kind: 'coverage' as const }]) expect(again.has({ ...key, ...other })).toBe(false);
  });

  it('keeps the engines of one set apart', () => {
    const { rows: _rows, verdict: _verdict, ...common } = noise;
    const result: Result = {
      ...common,
      kind: 'engine',
      tool: 'flaml',
      metric: 'rmse',
      score: null,
      error: 'exit 1',
      wallS: 3,
      wallToBudget: 0.3,
      peakMemoryMb: 10,
      firstModelS: null,
      msPerRow: null,
      testRows: 5,
    };
    const results = openResults(path);
    results.append(result);
    expect(results.has({ ...key, kind: 'engine', tool: 'flaml' })).toBe(true);
    expect(results.has({ ...key, kind: 'engine', tool: 'modelwright' })).toBe(false);
  });

  it('measures again what was being written when the machine went away', () => {
    openResults(path).append(noise);
    appendFileSync(path, JSON.stringify({ ...noise, seed: 2 }).slice(0, 40));
    const again = openResults(path);
    expect(again.has({ ...key, seed: 2 })).toBe(false);
    again.append({ ...noise, seed: 2 });
    expect(parseResults(readFileSync(path, 'utf8'))).toEqual([noise, { ...noise, seed: 2 }]);
  });

  it('refuses a line that is no result', () => {
    expect(() => parseResults('{"kind":"noise"}\n')).toThrow('expected string');
  });
});
