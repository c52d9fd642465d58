import { describe, expect, it } from 'vitest';
import type { ReadingRule } from '../../domain/column.ts';
import { smallFacts } from '../../../tests/fixtures/report-facts.ts';
import { renderReport, type ReportFacts } from './render-report.ts';
import { ticks } from './report-charts.ts';
import { alignedFigures, cut, figure, percent } from './report-html.ts';

/** Every tag of the page, without what stands in it. */
const tagsOf = (html: string) => [...html.matchAll(/<([a-z][a-z0-9]*)\b/gi)].map(([, name]) => name.toLowerCase());

const evil = '<img src=x onerror=alert(1)>"\'&</td></script><script>alert(2)</script>\u202E\u0000';

describe('the report', () => {
  it('says the verdict, the score with its interval and the baseline before anything else', () => {
    const html = renderReport(smallFacts());
    const start = html.slice(html.indexOf('<body>'), html.indexOf('<section>'));
    expect(start).toContain('Worth using: it is better than the baseline on rows it has never seen.');
    expect(start).toContain('roc_auc of 0.800 to 0.880, best estimate 0.840; the baseline, which looks at no column, has 0.500.');
    expect(start).toContain('measured on 1,409 rows');
  });

  it('holds no script, no link and nothing from elsewhere, and forbids them', () => {
    const html = renderReport(smallFacts());
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(tagsOf(html).filter((tag) => ['script', 'link', 'img', 'iframe', 'object', 'a', 'form', 'input'].includes(tag))).toEqual([]);
    expect(html).not.toMatch(/https?:|url\(|@import/);
  });

  it('says what the decisions are worth in the costs and the capacity that were named, and only then', () => {
    expect(renderReport(smallFacts())).not.toContain('What its decisions are worth');
    const plain = smallFacts();
    const html = renderReport({
      ...plain,
      plan: { ...plain.plan, costs: { falsePositive: 1, falseNegative: 10, capacity: 50 } },
      decisionValue: {
        threshold: 1 / 11,
        costs: [
          { rule: 'as-decided', missedCount: 5, falseAlarmCount: 100, cost: 150 },
          { rule: 'never', missedCount: 300, falseAlarmCount: 0, cost: 3000 },
        ],
        top: { rowCount: 50, foundCount: 40, positiveCount: 300 },
        rowCount: 1000,
      },
    });
    expect(html).toContain('so "Yes" is said from a probability of 9.1 % on');
    expect(html.replaceAll(/<[^>]+>/g, '|')).toContain('the model as it is|||5||100||150|');
    expect(html).toContain('Of the 50 measured rows that are likeliest to be "Yes", 40 are; of 50 taken by chance 15 would be.');
  });

  it('tells what was decided for the user, how a made target is made, and when the question is asked', () => {
    const plain = smallFacts();
    const rule: ReadingRule = { type: 'number', missing: [], style: 'plain' };
    const html = renderReport({
      ...plain,
      plan: {
        ...plain.plan,
        moment: 'at sign-up',
        derived: { text: '"mm" > 0', sources: [{ name: 'mm', rule }], ahead: { steps: 1, order: { name: 'day', rule }, series: null } },
        decisions: [{ what: 'metric', value: 'roc_auc', certainty: 0.7, reason: 'usual for two classes', option: '--metric' }],
      },
    });
    const words = html
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll(/\s+/g, ' ');
    expect(words).toContain('Made as "mm" &gt; 0, 1 row later in the order of day');
    expect(words).toContain('Asked at sign-up');
    expect(words).toContain('metric roc_auc 70 %: usual for two classes --metric');
  });

  it('takes every text of a stranger as text: columns, classes, the sentence, paths, notes', () => {
    const plain = smallFacts();
    const html = renderReport({
      ...plain,
      notes: [evil],
      verdictSentence: evil,
      ensembleNote: evil,
      importance: [{ column: evil, loss: 0.1, spread: 0, repeats: 3 }],
      errors: {
        kind: 'classes',
        names: [evil, 'no'],
        counts: [
          [3, 1],
          [2, 5],
        ],
        hiddenCount: 0,
      },
      tries: [{ title: evil, foldsDone: 5, foldCount: 5, trainingMs: 10, value: 0.8, weight: 1 }],
      clock: [{ step: evil, spentMs: 1 }],
      versions: { [evil]: evil },
      plan: {
        ...plain.plan,
        sentence: evil,
        target: evil,
        targetReason: evil,
        classes: ['no', evil],
        dataset: { ...plain.plan.dataset, path: evil },
        inputs: [{ ...plain.plan.inputs[0], name: evil }],
        leftOut: [{ name: evil, reason: 'leak', detail: evil }],
        keptLeaks: [evil],
        moment: evil,
        derived: { text: evil, sources: [], ahead: { steps: 2, order: { name: evil, rule: { type: 'text', missing: [] } }, series: null } },
        decisions: [{ what: 'metric', value: evil, certainty: 0.5, reason: evil, option: evil }],
        split: { kind: 'group', column: evil, rule: { type: 'text', missing: [] } },
      },
    });
    expect(new Set(tagsOf(html))).toEqual(new Set(tagsOf(renderReport({ ...plain, notes: ['x'] })).concat('ul', 'li')));
    expect(html).not.toContain('onerror=alert(1)>');
    for (const hidden of ['\0', '\u202E']) expect(html).not.toContain(hidden);
    expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&amp;/g)?.length).toBeGreaterThan(12);
  });

  it('says beside the score whose it is where another model ships, and why where it does not', () => {
    const wordsOf = (refit: ReturnType<typeof smallFacts>['refit']) =>
      renderReport({ ...smallFacts(), refit })
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll(/\s+/g, ' ');
    const refitted = wordsOf({ kind: 'refitted', rowCount: 7_043 });
    expect(refitted).toMatch(
      /The score is that of this model's twin : the same recipe, learnt from 5,634 rows\..* trained once more, on all 7,043 rows, and that is the model in this package/,
    );
    expect(refitted).not.toMatch(/no training ever saw|asked of the packaged file/);
    expect(wordsOf({ kind: 'abandoned', reason: 'no-time' })).toContain(
      'The model that was measured is the one in this package, because there was not enough time left',
    );
    expect(wordsOf(null)).not.toMatch(/twin|is the one in this package/);
  });

  it('shows long lists of classes upright, and says how many it does not show', () => {
    const names = Array.from({ length: 30 }, (_, index) => `a class of a long name, number ${index}`);
    const counts = names.map((_, row) => names.map((_name, said) => (row === said ? 1200 : row + 1 === said ? 3 : 0)));
    const html = renderReport({ ...smallFacts(), errors: { kind: 'classes', names, counts, hiddenCount: 12 } });
    expect(html).toContain('The 30 classes with the most rows are shown; 12 more are not.');
    expect(html.match(/class="tall"/g)).toHaveLength(31);
    expect(html).toContain('<b>1,200</b>');
  });

  it('says what is not sure as it is', () => {
    const html = renderReport({ ...smallFacts(), isCaged: false, measuredOn: 'cross-validation', parity: { rows: 1, largestDifference: 0.2, isEqual: false } });
    expect(html).toContain('Training ran without a cage:');
    expect(html).toContain('✗ the packaged file does not answer as the trainers did');
    expect(html).toContain('✗ measured by cross-validation');
  });

  it('says what the range beside a number held, of whom it was measured, and warns where it held too little', () => {
    const plain = smallFacts();
    const errors = { kind: 'values' as const, points: [{ actual: 5, predicted: 5 }], quantiles: [{ share: 0.5, error: 0 }] };
    const interval = { kind: 'interval' as const, level: 0.9, scale: 'unit' as const, low: -1, high: 1, spread: null, least: null };
    const coverage = { level: 0.9, coveredCount: 182, rowCount: 200, meanWidth: 12.3, isLow: false };
    const told = (part: Partial<ReportFacts>) => renderReport({ ...plain, errors, interval, ...part });
    const held = 'The range beside each answer is made for 90 % of truths, and held 91 % of 200 measured rows; it is 12.30 wide on average.';
    expect(told({ record: { ...plain.record, coverage } })).toContain(held);
    expect(told({ record: { ...plain.record, coverage } })).not.toContain('too narrow');
    expect(told({ record: { ...plain.record, coverage }, refit: { kind: 'refitted', rowCount: 900 } })).toContain(`${held} Both were measured of its twin`);
    const low = { ...plain.record, coverage: { ...coverage, coveredCount: 150, isLow: true } };
    expect(told({ record: low })).toContain('<b>Take it as too narrow.</b></p>');
    const split = { kind: 'time' as const, column: 'day', rule: { type: 'text' as const, missing: [] } };
    expect(told({ record: low, plan: { ...plain.plan, split } })).toContain('may change with time');
    expect(told({})).toContain('what it holds was not measured, because no rows were locked away.');
    expect(told({ interval: { kind: 'none', because: 'few-rows', rowCount: 40 } })).toContain(
      'Answers come without a range: 40 rows are too few to learn one from.',
    );
    expect(told({ interval: null })).not.toContain('range beside');
  });

  it('draws numbers against predictions, also where all are equal or there is one', () => {
    const quantiles = [{ share: 0.5, error: 0 }];
    for (const points of [
      [{ actual: 5, predicted: 5 }],
      [
        { actual: 1e9, predicted: -3 },
        { actual: 2, predicted: 7 },
      ],
    ]) {
      const html = renderReport({ ...smallFacts(), errors: { kind: 'values', points, quantiles } });
      expect(html).toContain('How far off it is');
      expect(html).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('figures for people', () => {
  it('keep the digits that matter', () => {
    expect([0, 0.00012345, 0.12345, 12.345, 123.45, 12345.6, 1.5e7].map(figure)).toEqual(['0', '0.000123', '0.123', '12.35', '123.5', '12346', '1.50e+7']);
    expect([0, 0.004, 0.5, 0.994, 0.9996, 1].map(percent)).toEqual(['0 %', '0.4 %', '50 %', '99.4 %', '100.0 %', '100 %']);
    const told = alignedFigures([0.0441, 0.0013, 0.00000091]);
    expect([0.0441, 0.0013, 0.00000091].map(told)).toEqual(['0.0441', '0.0013', '< 0.0001']);
  });

  it('cut long names in their middle, between characters', () => {
    expect(cut('🙂1234567🙃🙃', 6)).toBe('🙂12…🙃🙃');
    expect(cut('abc', 3)).toBe('abc');
  });

  it('mark an axis at round values inside it', () => {
    expect(ticks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticks(4.18, 82.6)).toEqual([20, 40, 60, 80]);
    expect(ticks(-3, 1e9).every((value) => value >= -3 && value <= 1e9)).toBe(true);
    expect(ticks(5, 5)).toEqual([5]);
  });
});
