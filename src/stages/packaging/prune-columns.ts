import type { Fitted } from '../../domain/fitted.ts';
import type { FeatureFile, FoldColumn } from '../../features/index.ts';
import type { ProbeRows } from './check-equality.ts';

/** A fitted model with the rows that prove it. Its column f < F is base column f; F + e is column `extra[e]` of its fold. */
export type Prunable = { fitted: Fitted; extra: readonly number[]; probes: ProbeRows };

/**
 * Leaves the package what its members read: a column, a level or an expression that no member asks for would be computed at every answer for
 * nothing. Inputs stay, for they are what a table is checked by. Members keep their order, and their columns new numbers: afterwards all members
 * know the same columns of their folds, those that one of them was not given being missing in its probes.
 */
export function pruneColumns<M extends Prunable>(features: FeatureFile, members: readonly M[]): { features: FeatureFile; members: M[] } {
  const baseCount = features.columns.length;
  const readOf = members.map(({ fitted, extra }) => columnsReadBy(fitted).map((column) => placeOf(column, baseCount, extra)));
  const read = [...new Set(readOf.flat())].toSorted((a, b) => a - b);
  // A matrix has a base column.
  if ((read.length === 0 || read[0] >= baseCount) && baseCount > 0) read.unshift(0);
  const base = read.filter((place) => place < baseCount);
  const extra = read.slice(base.length).map((place) => place - baseCount);
  const newPlace = renumber(read);
  return {
    features: withoutUnread({
      ...features,
      columns: base.map((column) => features.columns[column]),
      folds: features.folds.map((columns) => extra.map((column) => columns[column])),
    }),
    members: members.map((member) => ({
      ...member,
      fitted: renumbered(member.fitted, (column) => newPlace(placeOf(column, baseCount, member.extra))),
      extra: [...extra.keys()],
      probes: cutProbes(member, baseCount, base, extra),
    })),
  };
}

/** The place of a member's column: base columns, then all columns of a fold. */
const placeOf = (column: number, baseCount: number, extra: readonly number[]): number => (column < baseCount ? column : baseCount + extra[column - baseCount]);

function columnsReadBy(fitted: Fitted): number[] {
  return fitted.kind === 'trees' ? [...new Set(fitted.feature)].filter((column) => column >= 0) : [...new Set(fitted.columns)];
}

function renumbered(fitted: Fitted, newOf: (column: number) => number): Fitted {
  if (fitted.kind === 'trees') return { ...fitted, feature: fitted.feature.map((column) => (column < 0 ? column : newOf(column))) };
  return { ...fitted, columns: fitted.columns.map(newOf) };
}

function cutProbes({ probes, extra: given }: Prunable, baseCount: number, base: readonly number[], extra: readonly number[]): ProbeRows {
  const width = baseCount + given.length;
  const from = [...base, ...extra.map((column) => (given.includes(column) ? baseCount + given.indexOf(column) : -1))];
  const matrix = new Float32Array(probes.textRows.length * from.length);
  for (let row = 0, at = 0; row < probes.textRows.length; row++)
    for (const column of from) matrix[at++] = column < 0 ? Number.NaN : probes.matrix[row * width + column];
  return { ...probes, matrix, extraCount: extra.length };
}

/** The same columns on the dictionaries and features that they need, and no others. */
function withoutUnread(file: FeatureFile): FeatureFile {
  const dictionaries = new Set<number>();
  const needs = (dictionary: number): void => {
    const known = file.dictionaries[dictionary];
    if ('pair' in known) known.pair.forEach(needs);
    dictionaries.add(dictionary);
  };
  for (const column of [...file.columns, ...file.folds.flat()].flatMap((one) => ('effects' in one ? one.effects : one)))
    if ('dictionary' in column) needs(column.dictionary);
  const named = [...dictionaries].flatMap((dictionary) => {
    const known = file.dictionaries[dictionary];
    return 'feature' in known ? [known.feature] : [];
  });
  const numbers = file.columns.flatMap((column) => ('feature' in column ? [column.feature] : []));
  const newFeature = renumber([...numbers, ...named, ...file.text.map(({ feature }) => feature)]);
  const newDictionary = renumber(dictionaries);
  const moved = <C extends { dictionary: number }>(column: C): C => ({ ...column, dictionary: newDictionary(column.dictionary) });
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
        case 'lookup':
          return moved(column);
        case 'deviation':
          return { ...moved(column), feature: newFeature(column.feature) };
        case 'text':
          return column;
      }
    }),
    folds: file.folds.map((columns) =>
      columns.map((column): FoldColumn => {
        if ('effects' in column) return { ...column, effects: column.effects.map(moved) };
        return 'dictionary' in column ? moved(column) : column;
      }),
    ),
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
