import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Metric, metricFacts, type Labels, type Predictions } from '../../domain/task.ts';
import golden from './metrics.golden.json' with { type: 'json' };
import { measureMetric, metricOver } from './metrics.ts';

type GoldenCase = (typeof golden.cases)[number];

function rowsOf(example: GoldenCase): { labels: Labels; predictions: Predictions } {
  if (example.codes && example.probabilities && example.decided && example.classCount) {
    const { codes, classCount, probabilities, decided } = example;
    return {
      labels: { kind: 'classes', codes: Int32Array.from(codes), classCount },
      predictions: { kind: 'classes', probabilities: Float64Array.from(probabilities), decided: Int32Array.from(decided), classCount },
    };
  }
  return {
    labels: { kind: 'values', values: Float64Array.from(example.truth ?? []) },
    predictions: { kind: 'values', values: Float64Array.from(example.values ?? []) },
  };
}

const binary = (codes: number[], scores: number[], threshold = 0.5): { labels: Labels; predictions: Predictions } => ({
  labels: { kind: 'classes', codes: Int32Array.from(codes), classCount: 2 },
  predictions: {
    kind: 'classes',
    probabilities: Float64Array.from(scores.flatMap((p) => [1 - p, p])),
    decided: Int32Array.from(scores, (p) => (p >= threshold ? 1 : 0)),
    classCount: 2,
  },
});

const numbers = (truth: number[], values: number[]): { labels: Labels; predictions: Predictions } => ({
  labels: { kind: 'values', values: Float64Array.from(truth) },
  predictions: { kind: 'values', values: Float64Array.from(values) },
});

const scoredRows = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 0, max: 20 }).map((p) => p / 20),
  ),
  { minLength: 2, maxLength: 40 },
);
const numberRows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: -100, max: 1000 })), { minLength: 2, maxLength: 40 });
const classMetrics = Metric.options.filter((metric) => metricFacts[metric].tasks.includes('binary'));
const valueMetrics = Metric.options.filter((metric) => metricFacts[metric].tasks.includes('regression'));
const onlyFirst = <T>(rows: [T, unknown][]) => rows.map(([first]) => first);
const onlySecond = <T>(rows: [unknown, T][]) => rows.map(([, second]) => second);

describe('metrics', () => {
  for (const example of golden.cases) {
    it(`agree with scikit-learn: ${example.title}`, () => {
      const { labels, predictions } = rowsOf(example);
      for (const [name, expected] of Object.entries(example.expected)) {
        const value = measureMetric(Metric.parse(name), labels, predictions);
        expect(Math.abs(value - expected), `${name}: ${value} for ${expected}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
      }
    });
  }

  it('cover every metric that a task may name with a value of scikit-learn', () => {
    const covered = new Set(golden.cases.flatMap((example) => Object.keys(example.expected)));
    expect(Metric.options.filter((metric) => !covered.has(metric))).toEqual([]);
  });

  it('do not depend on the order of the rows', () => {
    fc.assert(
      fc.property(scoredRows, numberRows, fc.integer({ min: 1, max: 39 }), (scored, measured, shift) => {
        const turned = <T>(rows: T[]) => [...rows.slice(shift % rows.length), ...rows.slice(0, shift % rows.length)];
        for (const metric of classMetrics) {
          const straight = binary(onlyFirst(scored), onlySecond(scored));
          const moved = binary(onlyFirst(turned(scored)), onlySecond(turned(scored)));
          expect(measureMetric(metric, moved.labels, moved.predictions)).toBeCloseTo(measureMetric(metric, straight.labels, straight.predictions), 10);
        }
        for (const metric of valueMetrics) {
          const straight = numbers(onlyFirst(measured), onlySecond(measured));
          const moved = numbers(onlyFirst(turned(measured)), onlySecond(turned(measured)));
          const value = measureMetric(metric, straight.labels, straight.predictions);
          expect(Math.abs(measureMetric(metric, moved.labels, moved.predictions) - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('count a row of weight w as w rows, and a row of weight 0 not at all', () => {
    fc.assert(
      fc.property(scoredRows, numberRows, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 40 }), (scored, measured, drawn) => {
        const repeated = <T>(rows: T[]) => rows.flatMap((row, at) => Array.from({ length: drawn[at] }, () => row));
        const check = (metric: Metric, all: ReturnType<typeof binary>, some: ReturnType<typeof binary>, rowCount: number) => {
          const value = measureMetric(metric, some.labels, some.predictions);
          const weighted = metricOver(metric, all.labels, all.predictions)(Int32Array.from(drawn.slice(0, rowCount)));
          expect(Math.abs(weighted - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
        };
        if (repeated(scored).length > 0) {
          for (const metric of classMetrics)
            check(metric, binary(onlyFirst(scored), onlySecond(scored)), binary(onlyFirst(repeated(scored)), onlySecond(repeated(scored))), scored.length);
        }
        if (repeated(measured).length > 1) {
          for (const metric of valueMetrics)
            check(
              metric,
              numbers(onlyFirst(measured), onlySecond(measured)),
              numbers(onlyFirst(repeated(measured)), onlySecond(repeated(measured))),
              measured.length,
            );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('rank metrics see only the order of the scores', () => {
    fc.assert(
      fc.property(scoredRows, (scored) => {
        const straight = binary(onlyFirst(scored), onlySecond(scored));
        const bent = binary(
          onlyFirst(scored),
          onlySecond(scored).map((p) => p ** 3 / 2 + 0.1),
        );
        expect(measureMetric('roc_auc', bent.labels, bent.predictions)).toBe(measureMetric('roc_auc', straight.labels, straight.predictions));
        expect(measureMetric('average_precision', bent.labels, bent.predictions)).toBe(
          measureMetric('average_precision', straight.labels, straight.predictions),
        );
      }),
    );
  });

  it('turning the scores round turns the AUC round', () => {
    fc.assert(
      fc.property(scoredRows, (scored) => {
        const straight = binary(onlyFirst(scored), onlySecond(scored));
        const turned = binary(
          onlyFirst(scored),
          onlySecond(scored).map((p) => 1 - p),
        );
        expect(measureMetric('roc_auc', turned.labels, turned.predictions)).toBeCloseTo(
          1 - measureMetric('roc_auc', straight.labels, straight.predictions),
          12,
        );
      }),
    );
  });

  it('stay within their bounds', () => {
    fc.assert(
      fc.property(scoredRows, numberRows, (scored, measured) => {
        const rows = binary(onlyFirst(scored), onlySecond(scored));
        for (const metric of classMetrics) {
          const value = measureMetric(metric, rows.labels, rows.predictions);
          expect(value).toBeGreaterThanOrEqual(metric === 'mcc' ? -1 - 1e-12 : 0);
          expect(value).toBeLessThanOrEqual(metric === 'log_loss' ? 1e3 : 1 + 1e-12);
        }
        const other = numbers(onlyFirst(measured), onlySecond(measured));
        for (const metric of valueMetrics) {
          const value = measureMetric(metric, other.labels, other.predictions);
          expect(Number.isFinite(value)).toBe(true);
          expect(metric === 'r2' ? 1 - value : value).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a single class has no order to judge: its AUC claims nothing', () => {
    const { labels, predictions } = binary([1, 1, 1], [0.2, 0.9, 0.4]);
    expect(measureMetric('roc_auc', labels, predictions)).toBe(0.5);
  });

  it('a class the model does not know is a wrong answer of probability 0', () => {
    const { predictions } = binary([0, 1], [0.1, 0.9]);
    const labels: Labels = { kind: 'classes', codes: Int32Array.of(0, -1), classCount: 2 };
    expect(measureMetric('accuracy', labels, predictions)).toBe(0.5);
    expect(measureMetric('macro_f1', labels, predictions)).toBe(0.5);
    expect(measureMetric('log_loss', labels, predictions)).toBeGreaterThan(10);
  });

  it('refuse labels and predictions of different rows or kinds', () => {
    const { labels, predictions } = binary([0, 1, 1], [0.1, 0.9, 0.4]);
    expect(() => measureMetric('accuracy', labels, binary([0], [0.1]).predictions)).toThrow(RangeError);
    expect(() => measureMetric('rmse', labels, predictions)).toThrow(RangeError);
    expect(() => measureMetric('rmse', { kind: 'values', values: new Float64Array() }, { kind: 'values', values: new Float64Array() })).toThrow(RangeError);
  });
});
