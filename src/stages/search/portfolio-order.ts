/**
 * In which order the curated candidates have their turn, by the shape of the data. Learnt: on eleven public tables all of them were tried, and the one came next that
 * lessened the ensemble's loss most a second over the tables of a shape (`benchmarks/portfolio.ts`; docs/engine.md has the figures). Of tables
 * with many classes there was only one: there the network was put before LightGBM by judgement.
 */
import type { DataShape } from './shape.ts';

export type ShapeGroup = 'text' | 'many-classes' | 'small' | 'middle' | 'large';

/** Learners that grow a tree a class a round become slow, and their answers with them. */
export const hasManyClassesIn = (shape: Pick<DataShape, 'classCount'>): boolean => shape.classCount > 10;

export function shapeGroupOf(shape: Pick<DataShape, 'classCount' | 'vocabularySize' | 'fitRows'>): ShapeGroup {
  if (shape.vocabularySize > 0) return 'text';
  if (hasManyClassesIn(shape)) return 'many-classes';
  return shape.fitRows < 2_000 ? 'small' : shape.fitRows < 10_000 ? 'middle' : 'large';
}

/** By title; what is not named comes after these, as it is written in the portfolio. Of tables with text there were too few to learn from. */
const learntOrder: Record<ShapeGroup, readonly string[]> = {
  text: [],
  'many-classes': [
    'Extra trees, more columns a split',
    'Neural network',
    'LightGBM, learning rate 0.2',
    'CatBoost, depth 6',
    'XGBoost, leaf by leaf',
    'CatBoost, depth 8',
    'Extra trees',
    'Linear',
  ],
  small: [
    'LightGBM, small trees',
    'XGBoost, leaf by leaf',
    'Linear',
    'LightGBM, generated features',
    'LightGBM, random thresholds',
    'Neural network',
    'Extra trees',
    'CatBoost, depth 6',
    'CatBoost, depth 8',
    'CatBoost, depth 4',
  ],
  middle: [
    'CatBoost, depth 6',
    'Linear',
    'XGBoost, leaf by leaf',
    'LightGBM, random thresholds',
    'Neural network',
    'LightGBM, small trees',
    'CatBoost, depth 4',
    'LightGBM, generated features',
    'LightGBM, learning rate 0.1',
    'Extra trees',
  ],
  large: [
    'Linear',
    'XGBoost, depth 6',
    'CatBoost, depth 4',
    'LightGBM, generated features',
    'Extra trees',
    'XGBoost, leaf by leaf',
    'LightGBM, learning rate 0.1',
    'LightGBM, slow, wide trees',
    'Neural network',
    'CatBoost, depth 6',
  ],
};

export const orderFor = (shape: Parameters<typeof shapeGroupOf>[0]): readonly string[] => learntOrder[shapeGroupOf(shape)];

/** Those that the order names first, as it names them; the others after them, as they come. */
export function inLearntOrder<T extends { title: string }>(drafts: readonly T[], shape: Parameters<typeof shapeGroupOf>[0]): T[] {
  const order = orderFor(shape);
  const placeOf = ({ title }: T) => (order.includes(title) ? order.indexOf(title) : order.length);
  return drafts.toSorted((a, b) => placeOf(a) - placeOf(b));
}
