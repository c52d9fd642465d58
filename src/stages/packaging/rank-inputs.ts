import type { Fitted } from '../../domain/fitted.ts';
import { columnsOf, type FeatureFile, type FoldColumn } from '../../features/index.ts';

/**
 * The inputs of the table, those that the members use most first: splits of trees, coefficients of linear models and first weights of networks, each member by its weight.
 * A cheap order for asking the packaged file what matters, when there may be no time to ask of every column; it is shown to nobody.
 */
export function rankInputs(features: FeatureFile, members: readonly { fitted: Fitted; weight: number }[]): string[] {
  const useOf = new Map(features.inputs.map(({ name }) => [name, 0]));
  const [firstFold = []] = features.folds;
  const add = (column: number, use: number) => {
    const base = features.columns[column];
    const found = featuresBehind(base ?? firstFold[column - features.columns.length], features);
    const names = new Set(found.flatMap((feature) => columnsOf(features.features[feature].expression)));
    for (const name of names) useOf.set(name, (useOf.get(name) ?? 0) + use);
  };
  for (const { fitted, weight } of members) {
    if (fitted.kind === 'trees') {
      const splits = fitted.feature.filter((column) => column >= 0);
      for (const column of splits) add(column, weight / splits.length);
      continue;
    }
    const rows = fitted.kind === 'linear' ? { values: fitted.coefficients, width: fitted.outputs } : { values: fitted.first, width: fitted.width };
    const sizes = Array.from(fitted.columns, (_, at) => {
      let size = 0;
      for (let k = 0; k < rows.width; k++) size += Math.abs(rows.values[at * rows.width + k]);
      return size;
    });
    const total = sizes.reduce((sum, size) => sum + size, 0) || 1;
    sizes.forEach((size, at) => add(fitted.columns[at], (weight * size) / total));
  }
  return [...useOf].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
}

/** The features that a column of the matrix is made of: a sum over text stands on every text. */
function featuresBehind(column: FeatureFile['columns'][number] | FoldColumn | undefined, features: FeatureFile): number[] {
  if (column === undefined) return [];
  if ('coefficients' in column) return features.text.map(({ feature }) => feature);
  if ('effects' in column) return column.effects.flatMap(({ dictionary }) => featuresOf(features, dictionary));
  return [...('feature' in column ? [column.feature] : []), ...('dictionary' in column ? featuresOf(features, column.dictionary) : [])];
}

/** The features that a dictionary stands on, a pair on those of both. */
function featuresOf(features: FeatureFile, dictionary: number): number[] {
  const known = features.dictionaries[dictionary];
  return 'feature' in known ? [known.feature] : known.pair.flatMap((one) => featuresOf(features, one));
}
