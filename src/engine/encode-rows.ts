import type { Plan } from '../domain/plan.ts';
import { fitTargetScale, toTrainingScale } from '../domain/target-scale.ts';
import type { Tables } from '../edges/tables/index.ts';
import { checkExpression, fitEncoder, openEncoder, type FeatureToEncode, type GeneratedFeature } from '../features/index.ts';
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
  'learn' | 'scale' | 'trainingLabels' | 'features' | 'uses' | 'matrix' | 'entries' | 'entryCounts' | 'statisticDictionaries' | 'generatedDictionaries'
>;

/** Fits the encoder on the rows to learn from and lays them out as the learners read them. */
export function encodeRows(plan: Plan, { features: toEncode, generated }: Recipe, learn: LabelledRows): EncodedRows {
  const inputs = plan.inputs.map(({ name, rule }) => ({ name, type: rule.type }));
  const { file: features, uses, pairDictionaries } = fitEncoder(inputs, toEncode, learn.table, { generated });
  const hasEnoughLevels = (dictionary: number) => features.dictionaries[dictionary].levels.length >= MIN_STATISTIC_LEVELS;
  const encoder = openEncoder(features);
  const text = encoder.encodeText(learn.table);
  const scale = fitTargetScale(learn.labels, plan.metric);
  return {
    learn,
    scale,
    trainingLabels: toTrainingScale(learn.labels, scale),
    features,
    uses,
    matrix: {
      rowCount: learn.table.rowCount,
      columnCount: encoder.baseColumnCount,
      values: encoder.encodeBase(learn.table),
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
