import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as odd from '../fixtures/odd-tables.ts';
import { runCommand } from '../support/command.ts';
import { leftovers, makePlace } from '../support/concrete.ts';

/**
 * Tables that engines choke on, from the command to the answers. What can be learnt from ends in a model that is better than its baseline, verified, and
 * answers every row; what cannot ends in a verdict or a refusal that says why.
 */
const LONGEST_TEST_MS = 120_000;

const Result = z.object({
  kind: z.literal('result'),
  model: z.string(),
  metric: z.string(),
  score: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  baseline: z.number(),
  unjudgedClasses: z.array(z.string()),
  verdict: z.string(),
  wallMs: z.number(),
  budgetMs: z.number(),
  rows: z.object({ train: z.number(), test: z.number() }),
  measuredOn: z.string(),
});

const Scored = z.object({ kind: z.literal('model.scored'), record: z.object({ gain: z.object({ value: z.number(), low: z.number() }) }) });

const Chosen = z.object({ members: z.array(z.object({ folds: z.array(z.number()) })) });

type Asked = { words: string[]; budget?: string };

async function build(table: odd.OddTable, { words, budget = '15s' }: Asked) {
  const place = makePlace();
  const file = join(place.home, '..', 'table.csv');
  writeFileSync(file, odd.csvOf(table));
  const ended = await runCommand(
    ['build', 'zzz', '--data', file, '--budget', budget, '--threads', '2', '--yes', '--json', '--home', place.home, ...words],
    place,
  );
  expect(ended.lines.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  expect(leftovers(place)).toEqual([]);
  return { ...ended, place };
}

/** Builds; then the model is verified, and answers all rows of its table and one of values that it has never met. */
async function buildAndAnswer(table: odd.OddTable, asked: Asked) {
  const { last, exitCode, lines, place } = await build(table, asked);
  expect(last).toMatchObject({ kind: 'result' });
  expect(exitCode).toBe(0);
  const result = Result.parse(last);
  // Far above what is promised: a busy machine shall not fail this.
  expect(result.wallMs).toBeLessThan(2 * result.budgetMs);

  const verified = await runCommand(['verify', result.model, '--json', '--home', place.home], place);
  expect(verified.last).toMatchObject({ kind: 'result', isVerified: true });

  const unmet = table.columns.map(() => 'never met');
  const [asks, answers] = ['asked.csv', 'answers.jsonl'].map((name) => join(place.home, '..', name));
  writeFileSync(asks, odd.csvOf({ ...table, rows: [...table.rows, unmet] }));
  const predicted = await runCommand(['predict', result.model, '--data', asks, '--out', answers, '--json', '--home', place.home], place);
  expect(predicted.last).toMatchObject({ kind: 'result', rowCount: table.rows.length + 1 });
  const answered = readFileSync(answers, 'utf8').trimEnd().split('\n');
  expect(answered).toHaveLength(table.rows.length + 1);
  for (const line of answered) expectAnswer(JSON.parse(line));
  return { result: { ...result, verdict: verdictOf(result, lines) }, lines };
}

/** That a busy machine ran past a budget is nothing that these tables did. */
function verdictOf({ verdict, wallMs, budgetMs }: z.infer<typeof Result>, lines: readonly unknown[]): string {
  const [gain] = lines.flatMap((line) => Scored.safeParse(line).data?.record.gain ?? []);
  if (verdict !== 'do-not-use' || wallMs <= budgetMs || gain === undefined) return verdict;
  return gain.low > 0 ? 'worth-using' : gain.value > 0 ? 'promising' : 'no-better';
}

/** Never nothing, and shares of one whole where it is of classes. */
function expectAnswer({ prediction, ...probabilities }: Record<string, unknown>): void {
  if (typeof prediction === 'number') return expect(Number.isFinite(prediction)).toBe(true);
  expect(typeof prediction).toBe('string');
  const shares = Object.values(probabilities).map(Number);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
}

async function refusalOf(table: odd.OddTable, asked: Asked) {
  const { last, exitCode, stderr } = await build(table, asked);
  expect(stderr).toBe('');
  return { ...last, exitCode };
}

describe('a table that is small, wide or of many classes', () => {
  it('is learnt from with a hundred rows, all of which it is measured on', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.plain(100), { words: ['--target', 'label'] });
    expect(result).toMatchObject({ verdict: 'worth-using', metric: 'roc_auc', measuredOn: 'cross-validation', rows: { test: 100 } });
    expect(result.score.value).toBeGreaterThan(0.8);
  });

  it('is learnt from with 5,000 columns of which five tell, in 200 rows', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.wide(), { words: ['--target', 'label'], budget: '30s' });
    expect(result.verdict).toBe('worth-using');
    expect(result.score.value).toBeGreaterThan(0.75);
  });

  it('is learnt from with 200 classes of 20 rows', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.manyClasses(), { words: ['--target', 'label'], budget: '15s' });
    expect(result).toMatchObject({ verdict: 'worth-using', metric: 'log_loss' });
    expect(result.score.value).toBeLessThan(result.baseline - 1);
  });

  it('keeps a class of three rows among the answers', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.rareClass(), { words: ['--target', 'label'] });
    expect(result).toMatchObject({ verdict: 'worth-using', metric: 'log_loss' });
    expect(result.score.value).toBeLessThan(result.baseline / 2);
  });

  it('says of a class of two rows that none of them was measured', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.rareClass(2), { words: ['--target', 'label'] });
    expect(result.unjudgedClasses).toEqual(['rare']);
  });

  it('is judged by its rare class where two in a thousand rows are of it', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.imbalanced(), { words: ['--target', 'fraud'], budget: '15s' });
    expect(result.metric).toBe('average_precision');
    expect(result.rows).toEqual({ train: 17_000, test: 3000 });
    expect(result.score.value).toBeGreaterThan(5 * result.baseline);
  });

  it.each([
    { what: 'two rows', table: odd.plain(2), code: 'MW1210', says: ['2 rows', '30'] },
    { what: 'one column', table: column(odd.plain(100), 'label'), code: 'MW1108', says: ['one column'] },
    { what: 'one class', table: withCells(odd.plain(100), 'label', () => 'yes'), code: 'MW1104', says: ['"yes"', '100 rows'] },
    { what: 'two classes of which one has no other columns than names', table: odd.onlyNames(), code: 'MW1209', says: ['customer (identifier)', '--keep'] },
    { what: 'a target beyond what can be squared', table: odd.hugeTarget(), target: 'amount', code: 'MW1219', says: ['"amount"', 'e+30', 'logarithm'] },
  ])('is refused with its code and what to do: $what', { timeout: LONGEST_TEST_MS }, async ({ table, target = 'label', code, says }) => {
    const refusal = await refusalOf(table, { words: ['--target', target] });
    expect(refusal).toMatchObject({ kind: 'error', code, exitCode: 4 });
    for (const words of says) expect(JSON.stringify(refusal).replaceAll('\\"', '"')).toContain(words);
  });
});

describe('a test file that cannot be measured on', () => {
  const numbers = odd.hugeTarget();
  const sane = { ...numbers, rows: numbers.rows.map(([size, weight]) => [size, weight, `${Number(size) + Number(weight)}`]) };
  it.each([
    { what: 'numbers beyond what can be squared', test: numbers, code: 'MW1219', place: { column: 'amount' } },
    { what: 'no column of the target', test: without(sane, 'amount'), code: 'MW1423', place: { column: 'amount' } },
    { what: 'no column of an input', test: without(sane, 'weight'), code: 'MW1420', place: { column: 'weight' } },
    { what: 'no row with an answer', test: withCells(sane, 'amount', () => 'none'), code: 'MW1424', place: { column: 'amount' } },
  ])('is refused before anything is learnt: $what', { timeout: LONGEST_TEST_MS }, async ({ test, code, place }) => {
    const file = join(makePlace().home, '..', 'test.csv');
    writeFileSync(file, odd.csvOf(test));
    const { last, lines, exitCode } = await build(sane, { words: ['--target', 'amount', '--test', file, '--keep', 'size', '--keep', 'weight'] });
    expect(last).toMatchObject({ kind: 'error', code, place });
    expect(exitCode).toBe(4);
    expect(lines.map(({ kind }) => kind)).not.toContain('search.decided');
  });
});

describe('a table without signal', () => {
  it('ends in the verdict that it is no better than the baseline: names alone', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.onlyNames(), { words: ['--target', 'label', '--keep', 'customer'] });
    expect(result.verdict).toBe('no-better');
  });

  it('gains none by every row standing there ten times', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.tenTimes(), { words: ['--target', 'label'] });
    expect(result.verdict).not.toBe('worth-using');
    expect(result.score.value).toBeLessThan(0.75);
    // Twelve rows are locked, ten copies of each: 120 different ones would make it about 0.2 wide.
    expect(result.rows.test).toBe(120);
    expect(result.score.high - result.score.low).toBeGreaterThan(0.35);
  });
});

describe('a table of one kind of column', () => {
  it('is learnt from where all are sentences', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.onlyTexts(), { words: ['--target', 'label'] });
    expect(result.verdict).toBe('worth-using');
    expect(result.score.value).toBeGreaterThan(0.7);
  });

  it('is learnt from where all are dates, by what lies between them', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.onlyDates(), { words: ['--target', 'label'], budget: '15s' });
    expect(result.verdict).toBe('worth-using');
    expect(result.score.value).toBeGreaterThan(0.85);
  });

  it('is learnt from with numbers at the ends of what a number can be, and beyond', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.hugeNumbers(), { words: ['--target', 'label'] });
    expect(result.verdict).toBe('worth-using');
    expect(result.score.value).toBeGreaterThan(0.8);
  });

  it('is learnt from whatever its columns are called', { timeout: LONGEST_TEST_MS }, async () => {
    const { result, lines } = await buildAndAnswer(odd.oddNames(), { words: ['--target', 'hasOwnProperty'], budget: '15s' });
    expect(result.verdict).toBe('worth-using');
    expect(result.score.value).toBeGreaterThan(0.8);
    const plan = z
      .object({ plan: z.object({ inputs: z.array(z.object({ name: z.string() })) }) })
      .parse(lines.find(({ kind }) => kind === 'plan.approved')).plan;
    expect(plan.inputs.map(({ name }) => name)).toEqual(odd.ODD_NAMES);
  });
});

describe('a table whose rows belong together', () => {
  it('is learnt from where columns and answers are constant in whole groups', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.constantInParts(), { words: ['--target', 'bought', '--group', 'shop'] });
    expect(result.score.value).toBeGreaterThan(0.6);
  });

  it('is measured on later rows where it is in the order of time, drift and all', { timeout: LONGEST_TEST_MS }, async () => {
    const { result, lines } = await buildAndAnswer(odd.drifting(), { words: ['--target', 'demand', '--time', 'day'] });
    expect(lines.find(({ kind }) => kind === 'split.made')).toMatchObject({ splitKind: 'time' });
    // The first folds know the oldest rows alone.
    const { members } = Chosen.parse(lines.find(({ kind }) => kind === 'ensemble.chosen'));
    for (const { folds } of members) expect([[4], [5]]).toContainEqual(folds);
    expect(result.score.value).toBeLessThan(result.baseline);
  });

  it('is not praised for knowing the groups again', { timeout: LONGEST_TEST_MS }, async () => {
    const byGroup = await buildAndAnswer(odd.grouped(), { words: ['--target', 'response', '--group', 'patient'] });
    const byRow = await buildAndAnswer(odd.grouped(), { words: ['--target', 'response', '--split', 'random', '--drop', 'patient'] });
    // The effects of unknown patients have a standard deviation of 3; nothing in the table tells them.
    expect(byGroup.result.score.value).toBeGreaterThan(2);
    expect(byRow.result.score.value).toBeLessThan(1.5);
  });

  it('is learnt from the tenth of its rows that have an answer, and answers the others', { timeout: LONGEST_TEST_MS }, async () => {
    const { result } = await buildAndAnswer(odd.mostlyUnlabelled(), { words: ['--target', 'label'] });
    expect(result).toMatchObject({ verdict: 'worth-using', rows: { train: 400, test: 100 } });
  });
});

function without({ columns, rows }: odd.OddTable, name: string): odd.OddTable {
  const at = columns.indexOf(name);
  return { columns: columns.toSpliced(at, 1), rows: rows.map((row) => row.toSpliced(at, 1)) };
}

function column({ columns, rows }: odd.OddTable, name: string): odd.OddTable {
  const at = columns.indexOf(name);
  return { columns: [name], rows: rows.map((row) => [row[at]]) };
}

function withCells({ columns, rows }: odd.OddTable, name: string, cell: () => string): odd.OddTable {
  const at = columns.indexOf(name);
  return { columns, rows: rows.map((row) => row.with(at, cell())) };
}
