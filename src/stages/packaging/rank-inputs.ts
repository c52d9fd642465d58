import type { Fitted } from '../../domain/fitted.ts';
import { columnsOf, type FeatureFile } from '../../features/index.ts';

/**
 * The inputs of the table, those that the members use most first: splits of trees and coefficients of linear models, each member by its weight.
 * A cheap order for asking the packaged file what matters, when there may be no time to ask of every column; it is shown to nobody.
 */
export function rankInputs(features: FeatureFile, members: readonly { fitted: Fitted; weight: number }[]): string[] {
  const useOf = new Map(features.inputs.map(({ name }) => [name, 0]));
  const [firstFold = []] = features.folds;
  const add = (column: number, use: number) => {
    const base = features.columns[column];
    const lookup = base ? undefined : firstFold.at(column - features.columns.length);
    const read = base ?? lookup;
    if (!read) return;
    const found = [...('feature' in read ? [read.feature] : []), ...('dictionary' in read ? featuresOf(features, read.dictionary) : [])];
    const names = new Set(found.flatMap((feature) => columnsOf(features.features[feature].expression)));
    for (const name of names) useOf.set(name, (useOf.get(name) ?? 0) + use);
  };
  for (const { fitted, weight } of members) {
    if (fitted.kind === 'trees') {
      const splits = fitted.feature.filter((column) => column >= 0);
      for (const column of splits) add(column, weight / splits.length);
      continue;
    }
    const sizes = Array.from(fitted.columns, (_, at) => {
      let size = 0;
      for (let k = 0; k < fitted.outputs; k++) size += Math.abs(fitted.coefficients[at * fitted.outputs + k]);
      return size;
    });
    const total = sizes.reduce((sum, size) => sum + size, 0) || 1;
    sizes.forEach((size, at) => add(fitted.columns[at], (weight * size) / total));
  }
  return [...useOf].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
}

/** The features that a dictionary stands on, a pair on those of both. */
function featuresOf(features: FeatureFile, dictionary: number): number[] {
  const known = features.dictionaries[dictionary];
  return 'feature' in known ? [known.feature] : known.pair.flatMap((one) => featuresOf(features, one));
}
