import { flatteryOf, meanOf, positionOf, shareOf } from './honesty-figures.ts';
import { figure, fixed, markdownTable, percent } from './markdown.ts';
import type { CoverageResult, HeldBackResult, NoiseResult, Result } from './results.ts';

/** How honest our own numbers are; empty where nothing of the kind was measured. */
export function renderHonesty(results: readonly Result[]): string {
  const heldBack = results.filter((result): result is HeldBackResult => result.kind === 'held-back');
  const coverage = results.filter((result): result is CoverageResult => result.kind === 'coverage');
  const noise = results.filter((result): result is NoiseResult => result.kind === 'noise');
  return [
    ...(heldBack.length > 0 ? [renderHeldBack(heldBack)] : []),
    ...(coverage.length > 0 ? [renderCoverage(coverage)] : []),
    ...(noise.length > 0 ? [renderNoise(noise)] : []),
  ].join('\n');
}

function renderHeldBack(results: readonly HeldBackResult[]): string {
  const groups: [string, readonly HeldBackResult[]][] = [...Map.groupBy(results, ({ set, budgetS }) => `${set}, ${budgetS} s`)];
  const rowOf = ([name, own]: [string, readonly HeldBackResult[]], metric: string) => {
    const values = own.flatMap((result) => flatteryOf(result) ?? []);
    const spread = meanOf(values);
    const inside = values.filter((value) => Math.abs(value) <= 1.96).length;
    return [
      name,
      metric,
      String(values.length),
      fixed(spread?.mean, 2),
      fixed(spread?.standardError, 2),
      values.length === 0 ? '–' : percent(inside / values.length),
      String(own.length - values.length),
    ];
  };
  return [
    '## Reported against held-back rows\n',
    'The reported score less that on held-back rows, none of which occurs in training, in standard errors of the difference; above 0 the report flatters. Expected: a mean of 0, and 95 % within ±1.96. Runs on one set share its rows, so the error of the mean over all of them is, if anything, larger than shown.\n',
    markdownTable(
      ['set', 'metric', 'runs', 'mean', 'its error', 'within ±1.96', 'not judged'],
      [...groups.map((group) => rowOf(group, group[1][0].metric)), rowOf(['**all**', results], '')],
    ),
    ...reasons(results.filter((result) => flatteryOf(result) === null)),
  ].join('\n');
}

function renderCoverage(results: readonly CoverageResult[]): string {
  const groups: [string, readonly CoverageResult[]][] = [...Map.groupBy(results, ({ metric }) => metric)];
  const rowOf = ([name, own]: [string, readonly CoverageResult[]]) => {
    const positions = own.flatMap((result) => positionOf(result) ?? []);
    const count = (wanted: string) => positions.filter((position) => position === wanted).length;
    const share = shareOf(count('inside'), positions.length);
    return [
      name,
      String(positions.length),
      share === null ? '–' : percent(share.share),
      share === null ? '–' : `${percent(share.low)} to ${percent(share.high)}`,
      String(count('worse')),
      String(count('better')),
      String(own.length - positions.length),
    ];
  };
  return [
    '## Coverage of the 95 % interval\n',
    'Models of generated tables, whose true score is measured on 20,000 fresh rows: how often the interval holds it, and on which side the truth lay where it does not.\n',
    markdownTable(
      ['metric', 'tables', 'covered', '95 % interval of that', 'truth is worse', 'truth is better', 'no model'],
      [...groups.map(rowOf), rowOf(['**all**', results])],
    ),
    ...reasons(results.filter(({ comparison }) => comparison === null)),
  ].join('\n');
}

/** Of 200 tables of noise no more may be called worth using. */
const MOST_FALSE_SHARE = 10 / 200;

function renderNoise(results: readonly NoiseResult[]): string {
  const verdicts = ['worth-using', 'promising', 'no-better', 'do-not-use'] as const;
  const bands: [string, (rows: number) => boolean][] = [
    ['100 to 499', (rows) => rows < 500],
    ['500 to 1,499', (rows) => rows >= 500 && rows < 1500],
    ['1,500 to 5,000', (rows) => rows >= 1500],
    ['**all**', () => true],
  ];
  const worthUsing = results.filter(({ verdict }) => verdict === 'worth-using').length;
  return [
    '## Tables of noise\n',
    'What is said of tables in which there is nothing to learn. At most 5 % may be called worth using.\n',
    markdownTable(
      ['rows', 'tables', ...verdicts, 'no model'],
      bands.map(([name, belongs]) => {
        const own = results.filter(({ rows }) => belongs(rows));
        return [name, String(own.length), ...[...verdicts, null].map((wanted) => String(own.filter(({ verdict }) => verdict === wanted).length))];
      }),
    ),
    `Called worth using: ${worthUsing} of ${results.length} (${figure((100 * worthUsing) / results.length, 3)} %), which is ${worthUsing <= MOST_FALSE_SHARE * results.length ? 'within' : '**above**'} the limit.\n`,
    ...reasons(results.filter(({ verdict }) => verdict === null)),
  ].join('\n');
}

function reasons(results: readonly { set: string; seed: number; error: string | null }[]): string[] {
  if (results.length === 0) return [];
  const lines = results.map(({ set, seed, error }) => `- ${set}, seed ${seed}: ${(error ?? 'nothing to judge it by').replaceAll('\n', ' ').slice(0, 200)}`);
  return [`Not judged:\n\n${lines.join('\n')}\n`];
}
