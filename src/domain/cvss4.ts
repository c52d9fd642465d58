/**
 * The base score of CVSS 4.0. The rules, the table of MacroVectors and the depths are facts of FIRST's specification
 * (https://www.first.org/cvss/v4.0/specification-document, section 8). Threat and environmental metrics are not given,
 * so each counts as its worst: E:A, CR:H, IR:H, AR:H.
 */
import { z } from 'zod';

const impact = ['H', 'L', 'N'] as const;

/** The eleven base metrics in the order of a vector, the values of each from the most severe down. */
export const baseMetrics = {
  AV: ['N', 'A', 'L', 'P'],
  AC: ['L', 'H'],
  AT: ['N', 'P'],
  PR: ['N', 'L', 'H'],
  UI: ['N', 'P', 'A'],
  VC: impact,
  VI: impact,
  VA: impact,
  SC: impact,
  SI: impact,
  SA: impact,
} as const;
type MetricName = keyof typeof baseMetrics;

const metricNames = Object.keys(baseMetrics) as MetricName[]; // its own keys
const pattern = new RegExp(`^CVSS:4\\.0${metricNames.map((name) => `/${name}:[${baseMetrics[name].join('')}]`).join('')}$`);

export const Cvss4Vector = z.string().regex(pattern);
export type Cvss4Vector = z.infer<typeof Cvss4Vector>;

/** How far each metric is from its most severe value, in steps. */
type Steps = Record<MetricName, number>;

function stepsOf(vector: Cvss4Vector): Steps {
  if (!pattern.test(vector)) throw new RangeError(`"${vector}" is no base vector of CVSS 4.0`);
  const values = vector.split('/').slice(1);
  return Object.fromEntries(metricNames.map((name, index) => [name, (baseMetrics[name] as readonly string[]).indexOf(values[index].slice(3))])) as Steps; // one entry a metric
}

/** Scores of the MacroVectors that base metrics alone can reach or border on, by EQ3 and EQ6 together; in each by EQ1, then EQ2, then EQ4 from 1. */
const macroScores: Record<string, readonly number[]> = {
  '00': [10, 9.3, 9.5, 9.2, 9.4, 8.7, 9, 7.7, 8.6, 7, 7.3, 5.4],
  '01': [9.6, 9, 9.1, 8.1, 8.9, 7.5, 7.7, 6.6, 7.4, 5.4, 5.5, 4.3],
  '10': [9.3, 8.8, 9.2, 8.4, 8.6, 7.2, 7.4, 6.1, 7.2, 5.3, 6.1, 4.6],
  '11': [9.2, 8, 8.2, 7, 7.6, 5.7, 5.9, 5.2, 5.7, 3.6, 5.1, 1.8],
  '21': [7.9, 6.9, 7.1, 6.3, 6.5, 5.3, 5.8, 2.3, 4.7, 2.4, 2.4, 1],
};

type MacroVector = { eq1: number; eq2: number; eq36: string; eq4: number };

/** Undefined where there is no such MacroVector. */
const macroScore = ({ eq1, eq2, eq36, eq4 }: MacroVector): number | undefined =>
  eq1 > 2 || eq2 > 1 || eq4 > 2 ? undefined : macroScores[eq36][eq1 * 4 + eq2 * 2 + eq4 - 1];

function macroVectorOf(steps: Steps): MacroVector {
  const entries = [steps.AV, steps.PR, steps.UI];
  const isHighest = (name: MetricName) => steps[name] === 0;
  const systemIs = [isHighest('VC'), isHighest('VI'), isHighest('VA')];
  const eq1 = entries.every((step) => step === 0) ? 0 : steps.AV !== 3 && entries.includes(0) ? 1 : 2;
  const eq2 = isHighest('AC') && isHighest('AT') ? 0 : 1;
  const eq36 = systemIs[0] && systemIs[1] ? '00' : systemIs.includes(true) ? '10' : '21';
  // EQ4 0 needs the value Safety, which only modified metrics have.
  const eq4 = isHighest('SC') || isHighest('SI') || isHighest('SA') ? 1 : 2;
  return { eq1, eq2, eq36, eq4 };
}

/** The next less severe sets of EQ3 and EQ6. */
const below36: Record<string, readonly string[]> = { '00': ['01', '10'], '10': ['11'], '21': [] };

/** `highest`: the highest severity vectors of the set, in steps, a digit a metric. `depth`: how many steps deep the MacroVector is there. */
type Part = { metrics: readonly MetricName[]; highest: readonly string[]; depth: number; next: readonly MacroVector[] };

/** The four sets of metrics, each with what lies below it. */
function partsOf(at: MacroVector): Part[] {
  const { eq1, eq2, eq36, eq4 } = at;
  return [
    { metrics: ['AV', 'PR', 'UI'], highest: [['000'], ['100', '010', '001'], ['300', '111']][eq1], depth: [1, 4, 5][eq1], next: [{ ...at, eq1: eq1 + 1 }] },
    { metrics: ['AC', 'AT'], highest: [['00'], ['10', '01']][eq2], depth: [1, 2][eq2], next: [{ ...at, eq2: eq2 + 1 }] },
    { metrics: ['VC', 'VI', 'VA'], ...systemParts[eq36], next: below36[eq36].map((lower) => ({ ...at, eq36: lower })) },
    { metrics: ['SC', 'SI', 'SA'], highest: [['000'], ['111']][eq4 - 1], depth: [5, 4][eq4 - 1], next: [{ ...at, eq4: eq4 + 1 }] },
  ];
}

const systemParts: Record<string, { highest: readonly string[]; depth: number }> = {
  '00': { highest: ['000'], depth: 7 },
  '10': { highest: ['100', '010'], depth: 8 },
  '21': { highest: ['111'], depth: 10 },
};

/** From 0 to 10, with one decimal. */
export function cvss4BaseScore(vector: Cvss4Vector): number {
  const steps = stepsOf(vector);
  const at = macroVectorOf(steps);
  const value = macroScore(at);
  if (value === undefined) throw new Error(`no MacroVector for ${vector}`);
  // No impact, no score.
  if ([steps.VC, steps.VI, steps.VA, steps.SC, steps.SI, steps.SA].every((step) => step === 2)) return 0;
  const falls = partsOf(at).flatMap(({ metrics, highest, depth, next }) => {
    const lower = next.map(macroScore).filter((score) => score !== undefined);
    if (lower.length === 0) return [];
    const from = highest.find((top) => metrics.every((name, index) => steps[name] >= Number(top[index]))) ?? '000';
    const distance = metrics.reduce((sum, name, index) => sum + steps[name] - Number(from[index]), 0);
    return [((value - Math.max(...lower)) * distance) / depth];
  });
  // EQ5 always has a lower neighbour and no distance of its own: it counts among those that the mean is over.
  return toOneDecimal(Math.max(0, value - falls.reduce((sum, fall) => sum + fall, 0) / (falls.length + 1)));
}

/** Half up. The small lift is FIRST's: sums of binary fractions can land just below a tie. */
export const toOneDecimal = (value: number): number => Math.round((value + 1e-6) * 10) / 10;
