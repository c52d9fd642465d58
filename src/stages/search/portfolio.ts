import type { Candidate } from '../../domain/candidate.ts';
import { learners, type Learner } from '../../domain/learner.ts';
import { hasManyClassesIn, inLearntOrder } from './portfolio-order.ts';
import type { DataShape } from './shape.ts';

export type Draft = Omit<Candidate, 'id'>;

/** Makers of candidates: what all candidates of a learner have in common on this shape of data, the rest handed in. */
export function makersFor(shape: DataShape) {
  const absolute = shape.metric === 'mae' || shape.metric === 'mape' || shape.metric === 'median_absolute_error';
  const hasManyClasses = hasManyClassesIn(shape);
  const { trees, ...leafLimits } = forestSettings(shape);
  const boosted = { usesText: false, columns: 'tree', usesTargetStatistics: true, refitFactor: 0 } as const;

  // On small tables the rows that stop a booster early are worth learning from too; on large ones the time is worth more.
  const refitFactor = shape.fitRows <= MAX_REFIT_ROWS_A_SECOND * (shape.budgetMs / 1000) && !hasManyClasses ? 1.1 : 0;
  const booster =
    (learner: Learner, common: Candidate['settings'] = {}) =>
    (title: string, settings: Candidate['settings'], rounds: number, patience: number): Draft => ({
      ...boosted,
      title: `${learners[learner].label}, ${title}`,
      learner,
      refitFactor,
      settings: { ...(absolute ? learners[learner].absoluteError : {}), ...common, ...settings },
      maxRounds: rounds,
      patience: refitFactor > 0 && !shape.isTimeOrdered ? Math.max(patience, SHARED_PATIENCE) : patience,
    });
  const lightgbm = booster('lightgbm', { bagging_fraction: 0.9, bagging_freq: 1, lambda_l2: 1 });
  const catboost = booster('catboost');
  const xgboost = booster('xgboost');

  const linear: Draft = {
    title: shape.vocabularySize > 0 ? 'Linear, with text' : 'Linear',
    learner: 'linear',
    settings: { strengths: shape.vocabularySize > 0 ? '3,0.3,0.03' : '100,3,0.1' },
    maxRounds: 200,
    patience: 0,
    refitFactor: 0,
    usesText: shape.vocabularySize > 0,
    columns: 'linear',
    usesTargetStatistics: shape.hasCategories,
  };
  const forest = (title: string, settings: Candidate['settings']): Draft => ({
    ...boosted,
    title,
    learner: 'extra_trees',
    settings: { ...leafLimits, ...settings },
    maxRounds: trees,
    patience: 0,
  });
  // Fewer members and pieces where a round is long: half as good soon is better than the best too late.
  const isLong = shape.fitRows > MAX_FULL_NETWORK_ROWS_A_SECOND * (shape.budgetMs / 1000);
  const network = (title: string, settings: Candidate['settings']): Draft => ({
    title,
    learner: 'network',
    settings: { ...(isLong ? { members: 2, pieces: 12 } : shape.fitRows < MAX_EIGHT_MEMBERS_ROWS ? { members: 8 } : {}), ...settings },
    maxRounds: 300,
    patience: 16,
    refitFactor: refitFactor > 0 ? 1 : 0,
    usesText: false,
    columns: 'linear',
    usesTargetStatistics: shape.hasCategories,
  });
  return { linear, lightgbm, catboost, xgboost, forest, network };
}

/**
 * The curated candidates for a shape of data, in the order they are tried: the families that have made the strongest ensembles on tables (AutoGluon's and
 * LightAutoML's portfolios agree on them), then second shapes of each, as far as the clock goes.
 */
export function portfolioFor(shape: DataShape): Candidate[] {
  const isSmall = shape.fitRows < 2_000;
  const isLarge = shape.fitRows > 20_000;
  const { linear, lightgbm, catboost, xgboost, forest, network } = makersFor(shape);
  const networks = isForNetworks(shape) ? [network('Neural network', {})] : [];
  const generated = (draft: Draft): Draft[] => (shape.generatedColumns > 0 ? [{ ...draft, columns: 'generated' }] : []);
  const drafts: Draft[] = hasManyClassesIn(shape)
    ? [
        linear,
        forest('Extra trees', { max_features: 'sqrt' }),
        ...networks,
        catboost('depth 6', { learning_rate: 0.3, depth: 6, l2_leaf_reg: 3 }, 300, 20),
        forest('Extra trees, more columns a split', { max_features: 0.5 }),
        catboost('depth 8', { learning_rate: 0.25, depth: 8, l2_leaf_reg: 3 }, 200, 20),
        lightgbm('learning rate 0.2', { learning_rate: 0.2, num_leaves: 31, min_data_in_leaf: 10, feature_fraction: 0.8 }, roundsOfManyClasses(shape), 15),
        xgboost(
          'leaf by leaf',
          { learning_rate: 0.3, max_leaves: 31, subsample: 0.8, colsample_bynode: 0.5, min_child_weight: 0.1, ...LEAF_BY_LEAF },
          roundsOfManyClasses(shape),
          15,
        ),
      ]
    : [
        linear,
        lightgbm(
          'learning rate 0.1',
          { learning_rate: 0.1, num_leaves: isSmall ? 15 : isLarge ? 63 : 31, min_data_in_leaf: isSmall ? 10 : 20, feature_fraction: 0.8 },
          1000,
          30,
        ),
        catboost('depth 6', { learning_rate: isLarge ? 0.15 : isSmall ? 0.08 : 0.1, depth: 6, l2_leaf_reg: 3 }, 800, 40),
        ...networks,
        forest('Extra trees', { max_features: shape.task === 'regression' ? 0.6 : 'sqrt' }),
        ...generated(
          lightgbm(
            'generated features',
            { learning_rate: 0.08, num_leaves: isSmall ? 15 : isLarge ? 63 : 31, min_data_in_leaf: isSmall ? 10 : 20, feature_fraction: 0.6 },
            800,
            40,
          ),
        ),
        lightgbm(
          'random thresholds',
          { learning_rate: 0.08, num_leaves: isSmall ? 15 : 63, min_data_in_leaf: isSmall ? 5 : 20, feature_fraction: 0.5, extra_trees: true },
          800,
          40,
        ),
        xgboost(
          'leaf by leaf',
          {
            learning_rate: isLarge ? 0.1 : 0.07,
            max_leaves: isSmall ? 15 : isLarge ? 31 : 24,
            subsample: 0.8,
            colsample_bynode: 0.6,
            min_child_weight: 2,
            ...LEAF_BY_LEAF,
          },
          1000,
          40,
        ),
        catboost('depth 4', { learning_rate: isLarge ? 0.2 : 0.08, depth: 4, l2_leaf_reg: 5 }, 1000, 40),
        lightgbm('small trees', { learning_rate: 0.08, num_leaves: 7, min_data_in_leaf: isSmall ? 5 : 20, feature_fraction: 0.7 }, 1000, 40),
        catboost('depth 8', { learning_rate: isLarge ? 0.12 : 0.06, depth: 8, l2_leaf_reg: 5 }, 800, 40),
        xgboost('depth 6', { learning_rate: isLarge ? 0.15 : isSmall ? 0.08 : 0.1, max_depth: 6, subsample: 0.8, colsample_bylevel: 0.8 }, 800, 40),
        lightgbm(
          'slow, wide trees',
          { learning_rate: 0.04, num_leaves: isSmall ? 23 : 127, min_data_in_leaf: isSmall ? 8 : 40, feature_fraction: 0.6, lambda_l2: 5 },
          1200,
          50,
        ),
        catboost('slow', { learning_rate: isSmall ? 0.03 : 0.04, depth: 6, l2_leaf_reg: 3, random_strength: 2 }, 2000, 60),
        lightgbm(
          'slow',
          { learning_rate: 0.03, num_leaves: isSmall ? 10 : 31, min_data_in_leaf: isSmall ? 8 : 30, feature_fraction: 0.5, lambda_l2: 10 },
          1500,
          60,
        ),
        forest('Extra trees, all columns a split', { max_features: 1, min_samples_leaf: 1 }),
        ...generated(catboost('generated features', { learning_rate: 0.06, depth: 6, l2_leaf_reg: 3 }, 1500, 50)),
        catboost('half of the columns a level', { learning_rate: 0.06, depth: 6, l2_leaf_reg: 8, rsm: 0.5 }, 1500, 50),
        lightgbm(
          'random thresholds, slow',
          { learning_rate: 0.04, num_leaves: isSmall ? 12 : 95, min_data_in_leaf: isSmall ? 3 : 15, feature_fraction: 0.7, extra_trees: true, lambda_l2: 3 },
          1500,
          60,
        ),
        catboost('depth 5', { learning_rate: 0.05, depth: 5, l2_leaf_reg: 2, random_strength: 3 }, 2000, 60),
      ];
  return inLearntOrder(drafts, shape)
    .slice(0, mostCandidates(shape.fitRows))
    .map((draft, index) => ({ id: `c${index}`, ...draft }));
}

/**
 * On few rows many candidates are many chances to be lucky: the curve, straight in the logarithms, of AutoGluon's limits on models (1.6, `best_v150`), but never
 * under the six families.
 */
export function mostCandidates(fitRows: number): number {
  const knots = [
    [100, 6],
    [500, 9],
    [2_500, 16],
    [10_000, 40],
    [100_000, 100],
  ] as const;
  const after = knots.findIndex(([rows]) => rows > fitRows);
  if (after <= 0) return after < 0 ? 100 : 6;
  const [[fromRows, from], [toRows, to]] = [knots[after - 1], knots[after]];
  const share = Math.log(fitRows / fromRows) / Math.log(toRows / fromRows);
  return Math.floor(Math.exp(Math.log(from) + share * Math.log(to / from)));
}

/** XGBoost with LightGBM's order of splits: limited by its leaves, and by no depth. */
const LEAF_BY_LEAF = { grow_policy: 'lossguide', max_depth: 0 };

/**
 * Where the first folds find the rounds for all, only they pay for waiting, and waiting is worth it; but the last rounds learn what does not last where
 * later rows are to be answered (docs/decisions/first-folds-find-the-rounds.md).
 */
const SHARED_PATIENCE = 80;
/** A round of many classes grows a tree for each: answers would take too long. */
export const roundsOfManyClasses = ({ classCount }: Pick<DataShape, 'classCount'>): number => Math.max(20, Math.floor(1_500 / classCount));

/** Up to so many fitted rows for each second of the budget a booster learns twice. */
const MAX_REFIT_ROWS_A_SECOND = 400;

/** What a network learns from: enough rows for its many weights, few enough for many passes, and columns that are not text. */
const LEAST_NETWORK_ROWS = 300;
const MAX_NETWORK_ROWS_A_SECOND = 800;
const MAX_FULL_NETWORK_ROWS_A_SECOND = 250;
/** Up to so many rows twice the members cost next to nothing. */
const MAX_EIGHT_MEMBERS_ROWS = 3_000;
const MAX_NETWORK_COLUMNS = 600;
const LEAST_COLUMNS_BESIDE_TEXT = 3;

export function isForNetworks({ fitRows, budgetMs, treeColumns, linearColumns, extraColumns, vocabularySize }: DataShape): boolean {
  if (vocabularySize > 0 && treeColumns < LEAST_COLUMNS_BESIDE_TEXT) return false;
  const isFewEnough = fitRows <= MAX_NETWORK_ROWS_A_SECOND * (budgetMs / 1000) && linearColumns + extraColumns <= MAX_NETWORK_COLUMNS;
  return fitRows >= LEAST_NETWORK_ROWS && linearColumns > 0 && isFewEnough;
}

/** Nodes and leaves of a tree as they lie in a graph, measured: two nodes a leaf, and an entry for each class that a leaf has met. */
const BYTES_A_NODE = 26;
const BYTES_AN_ENTRY = 11;
/** What a forest, refitted as one model, may weigh of a package's 50 MB. */
const FOREST_BYTES = 36_000_000;

/** Forests keep every row in their leaves: the number of leaves is capped so that one of them fits into a package. */
function forestSettings(shape: DataShape): { trees: number; min_samples_leaf: number; max_leaf_nodes: number } {
  const trees = shape.fitRows > 50_000 ? 60 : shape.fitRows > 5_000 ? 100 : 150;
  const entries = shape.task === 'regression' ? 1 : Math.min(shape.classCount, 2);
  const leaves = Math.floor(FOREST_BYTES / (trees * (2 * BYTES_A_NODE + entries * BYTES_AN_ENTRY)));
  return { trees, min_samples_leaf: hasManyClassesIn(shape) ? 1 : 2, max_leaf_nodes: Math.max(64, Math.min(20_000, leaves)) };
}
