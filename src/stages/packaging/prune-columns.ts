import type { Fitted } from '../../domain/fitted.ts';
import type { FeatureFile, LookupColumn } from '../../features/index.ts';
import type { ProbeRows } from './check-equality.ts';

/** A fitted model with the rows that prove it. Its column f < F is base column f; F + e is column e of its fold. */
export type Prunable = { fitted: Fitted; probes: ProbeRows };

/**
 * Leaves the package what its members read: a column, a level or an expression that no member asks for would be computed at every answer for
 * nothing. Inputs stay, for they are what a table is checked by. Members keep their order, and their columns new numbers.
 */
export function pruneColumns<M extends Prunable>(features: FeatureFile, members: readonly M[]): { features: FeatureFile; members: M[] } {
  const baseCount = features.columns.length;
  const read = [...new Set(members.flatMap(({ fitted }) => columnsReadBy(fitted)))].toSorted((a, b) => a - b);
  const base = read.filter((column) => column < baseCount);
  // A matrix has a column.
  if (base.length === 0 && baseCount > 0) base.push(0);
  const extra = read.filter((column) => column >= baseCount).map((column) => column - baseCount);

  const columnOf = new Int32Array(baseCount + (extra.at(-1) ?? 0) + 1).fill(-1);
  base.forEach((column, at) => (columnOf[column] = at));
  extra.forEach((column, at) => (columnOf[baseCount + column] = base.length + at));
  const columns = base.map((column) => features.columns[column]);
  const folds = features.folds.map((lookups) => extra.map((column) => lookups[column]));
  return {
    features: withoutUnread({ ...features, columns, folds }),
    members: members.map((member) => ({
      ...member,
      fitted: renumbered(member.fitted, columnOf),
      probes: cutProbes(member.probes, baseCount, base, extra),
    })),
  };
}

function columnsReadBy(fitted: Fitted): number[] {
  return fitted.kind === 'trees' ? [...new Set(fitted.feature)].filter((column) => column >= 0) : [...fitted.columns];
}

function renumbered(fitted: Fitted, columnOf: Int32Array): Fitted {
  if (fitted.kind === 'trees') return { ...fitted, feature: fitted.feature.map((column) => (column < 0 ? column : columnOf[column])) };
  return { ...fitted, columns: fitted.columns.map((column) => columnOf[column]) };
}

/** A member may have been given fewer of its fold's columns than another: the first ones. */
function cutProbes(probes: ProbeRows, baseCount: number, base: readonly number[], extra: readonly number[]): ProbeRows {
  const own = extra.filter((column) => column < probes.extraCount);
  const kept = [...base, ...own.map((column) => baseCount + column)];
  const width = baseCount + probes.extraCount;
  const matrix = new Float32Array(probes.textRows.length * kept.length);
  for (let row = 0, at = 0; row < probes.textRows.length; row++) for (const column of kept) matrix[at++] = probes.matrix[row * width + column];
  return { ...probes, matrix, extraCount: own.length };
}

/** The same columns on the dictionaries and features that they need, and no others. */
function withoutUnread(file: FeatureFile): FeatureFile {
  const dictionaries = new Set<number>();
  const needs = (dictionary: number): void => {
    const known = file.dictionaries[dictionary];
    if ('pair' in known) known.pair.forEach(needs);
    dictionaries.add(dictionary);
  };
  for (const column of file.columns) if (column.kind !== 'number') needs(column.dictionary);
  for (const { dictionary } of file.folds.flat()) needs(dictionary);
  const named = [...dictionaries].flatMap((dictionary) => {
    const known = file.dictionaries[dictionary];
    return 'feature' in known ? [known.feature] : [];
  });
  const numbers = file.columns.flatMap((column) => ('feature' in column ? [column.feature] : []));
  const newFeature = renumber([...numbers, ...named, ...file.text.map(({ feature }) => feature)]);
  const newDictionary = renumber(dictionaries);
  const moved = <L extends LookupColumn>(lookup: L): L => ({ ...lookup, dictionary: newDictionary(lookup.dictionary) });
  return {
    ...file,
    features: [...newFeature.kept].map((feature) => file.features[feature]),
    dictionaries: [...newDictionary.kept].map((dictionary) => {
      const known = file.dictionaries[dictionary];
      if ('feature' in known) return { ...known, feature: newFeature(known.feature) };
      const [first, second] = known.pair;
      return { ...known, pair: [newDictionary(first), newDictionary(second)] };
    }),
    columns: file.columns.map((column) => {
      switch (column.kind) {
        case 'number':
          return { ...column, feature: newFeature(column.feature) };
        case 'indicator':
          return { ...column, dictionary: newDictionary(column.dictionary) };
        case 'lookup':
          return moved(column);
        case 'deviation':
          return { ...moved(column), feature: newFeature(column.feature) };
      }
    }),
    folds: file.folds.map((lookups) => lookups.map(moved)),
    text: file.text.map((block) => ({ ...block, feature: newFeature(block.feature) })),
  };
}

/** New numbers from 0 on, in the old order: what stands on something earlier still does. */
function renumber(numbers: Iterable<number>) {
  const kept = [...new Set(numbers)].toSorted((a, b) => a - b);
  const newOf = new Map(kept.map((old, at) => [old, at]));
  const find = (old: number): number => {
    const found = newOf.get(old);
    if (found === undefined) throw new Error('a column stands on something that is not kept');
    return found;
  };
  return Object.assign(find, { kept });
}
