import type { Plan } from '../domain/plan.ts';
import { fitTargetScale, toTrainingScale } from '../domain/target-scale.ts';
import type { Tables } from '../edges/tables/index.ts';
import {
  checkExpression,
  fitEncoder,
  fitTextComponents,
  openEncoder,
  type FeatureToEncode,
  type FittedEncoder,
  type GeneratedFeature,
  type TableText,
} from '../features/index.ts';
import { proposeFeatures } from '../stages/planning/index.ts';
import type { LabelledRows, PreparedData } from './prepare-data.ts';

const MIN_STATISTIC_LEVELS = 3;

/** What the plan's inputs are encoded from, each expression checked. */
export async function proposeEncoding(plan: Plan, tables: Tables): Promise<FeatureToEncode[]> {
  const proposals = proposeFeatures(plan);
  const types = new Map(plan.inputs.map(({ name, rule }) => [name, rule.type]));
  const parsed = await tables.parseExpressions(proposals.map(({ text }) => text));
  return proposals.map(({ name, as, isPersonal }, index) => ({ name, as, isPersonal, expression: checkExpression(parsed[index], types) }));
}

/** What the encoding is fitted from: the same for the rows to learn from and, later, for all rows. */
export type Recipe = { features: FeatureToEncode[]; generated: readonly GeneratedFeature[] };

type EncodedRows = Pick<
  PreparedData,
  'learn' | 'scale' | 'trainingLabels' | 'features' | 'uses' | 'matrix' | 'text' | 'entries' | 'entryCounts' | 'statisticDictionaries' | 'generatedDictionaries'
>;

/** Fits the encoder on the rows to learn from and lays them out as the learners read them. */
export function encodeRows(plan: Plan, { features: toEncode, generated }: Recipe, learn: LabelledRows): EncodedRows {
  const inputs = plan.inputs.map(({ name, rule }) => ({ name, type: rule.type }));
  const fitted = fitEncoder(inputs, toEncode, learn.table, { generated });
  const text = openEncoder(fitted.file).encodeText(learn.table);
  const { file: features, uses, pairDictionaries } = withTextComponents(fitted, text);
  const hasEnoughLevels = (dictionary: number) => features.dictionaries[dictionary].levels.length >= MIN_STATISTIC_LEVELS;
  const encoder = openEncoder(features);
  const scale = fitTargetScale(learn.labels, plan.metric);
  return {
    learn,
    scale,
    trainingLabels: toTrainingScale(learn.labels, scale),
    features,
    uses,
    text,
    matrix: {
      rowCount: learn.table.rowCount,
      columnCount: encoder.baseColumnCount,
      values: encoder.encodeBase(learn.table, text),
      vocabularySize: encoder.vocabularySize,
      textStart: text.start,
      textIds: text.ids,
      textWeights: text.weights,
    },
    entries: encoder.encodeEntries(learn.table),
    entryCounts: features.dictionaries.map(({ levels }) => levels.length + 2),
    statisticDictionaries: [...features.dictionaries.keys()].filter((index) => hasEnoughLevels(index) && !pairDictionaries.includes(index)),
    generatedDictionaries: pairDictionaries.filter(hasEnoughLevels),
  };
}

/** Trees cannot read terms: they get the directions in which the texts differ most. */
function withTextComponents({ file, uses, pairDictionaries }: FittedEncoder, text: TableText): FittedEncoder {
  const vocabularySize = file.text.reduce((size, { terms }) => size + terms.length, 0);
  const components = fitTextComponents(text, vocabularySize);
  return {
    file: { ...file, columns: [...file.columns, ...components.map((sum) => ({ kind: 'text' as const, ...sum }))] },
    uses: [...uses, ...components.map(() => 'tree' as const)],
    pairDictionaries,
  };
}
