import type { Candidate } from '../../domain/candidate.ts';
import type { DataShape } from './shape.ts';

type Draft = Omit<Candidate, 'id'>;

/**
 * The curated candidates in the order they are tried, for a shape of data: linear first, because it is quick and says what is easy;
 * then the boosters and the forest that have made the strongest ensembles on tables (AutoGluon's and LightAutoML's portfolios agree
 * on these families); then second shapes of each, as far as the clock goes.
 */
export function portfolioFor(shape: DataShape): Candidate[] {
  const isSmall = shape.fitRows < 2_000;
  const isLarge = shape.fitRows > 20_000;
  const absolute = shape.metric === 'mae' || shape.metric === 'mape' || shape.metric === 'median_absolute_error';
  const many = shape.classCount > 10;
  const { trees, ...forest } = forestSettings(shape);
  const boosted = { usesText: false, columns: 'tree', usesTargetStatistics: true } as const;

  const lightgbm = (title: string, settings: Candidate['settings'], rounds: number, patience: number): Draft => ({
    ...boosted,
    title: `LightGBM, ${title}`,
    learner: 'lightgbm',
    settings: { ...(absolute ? { objective: 'regression_l1' } : {}), bagging_fraction: 0.9, bagging_freq: 1, lambda_l2: 1, ...settings },
    maxRounds: rounds,
    patience,
  });
  const catboost = (title: string, settings: Candidate['settings'], rounds: number, patience: number): Draft => ({
    ...boosted,
    title: `CatBoost, ${title}`,
    learner: 'catboost',
    settings: { ...(absolute ? { loss_function: 'MAE' } : {}), ...settings },
    maxRounds: rounds,
    patience,
  });

  const drafts: Draft[] = [];
  const linear = (usesText: boolean): Draft => ({
    title: usesText ? 'Linear, with text' : 'Linear',
    learner: 'linear',
    settings: { strengths: usesText ? '3,0.3,0.03' : '100,3,0.1' },
    maxRounds: 200,
    patience: 0,
    usesText,
    columns: 'linear',
    usesTargetStatistics: shape.hasCategories,
  });
  drafts.push(linear(shape.vocabularySize > 0));
  drafts.push(
    lightgbm(
      'learning rate 0.1',
      { learning_rate: many ? 0.15 : 0.1, num_leaves: isSmall ? 15 : isLarge ? 63 : 31, min_data_in_leaf: isSmall ? 10 : 20, feature_fraction: 0.8 },
      many ? 200 : 600,
      30,
    ),
  );
  drafts.push(catboost('depth 6', { learning_rate: isLarge ? 0.15 : isSmall ? 0.06 : 0.1, depth: 6, l2_leaf_reg: 3 }, isSmall ? 1000 : 800, 40));
  drafts.push({
    title: 'Extra trees',
    learner: 'extra_trees',
    settings: { ...forest, max_features: shape.task === 'regression' ? 0.6 : 'sqrt' },
    maxRounds: trees,
    patience: 0,
    usesText: false,
    columns: 'tree',
    usesTargetStatistics: true,
  });
  drafts.push(
    lightgbm(
      'random thresholds',
      { learning_rate: many ? 0.15 : 0.08, num_leaves: isSmall ? 15 : 63, min_data_in_leaf: isSmall ? 5 : 20, feature_fraction: 0.5, extra_trees: true },
      many ? 250 : 800,
      40,
    ),
  );
  drafts.push(catboost('depth 4', { learning_rate: isLarge ? 0.2 : 0.08, depth: 4, l2_leaf_reg: 5 }, 1000, 40));
  drafts.push(
    lightgbm('small trees', { learning_rate: 0.08, num_leaves: 7, min_data_in_leaf: isSmall ? 5 : 20, feature_fraction: 0.7 }, many ? 250 : 1000, 40),
  );
  drafts.push(catboost('depth 8', { learning_rate: isLarge ? 0.12 : 0.06, depth: 8, l2_leaf_reg: 5 }, 800, 40));
  drafts.push(
    lightgbm(
      'slow, wide trees',
      { learning_rate: 0.04, num_leaves: isSmall ? 23 : 127, min_data_in_leaf: isSmall ? 8 : 40, feature_fraction: 0.6, lambda_l2: 5 },
      many ? 300 : 1200,
      50,
    ),
  );
  return drafts.map((draft, index) => ({ id: `c${index}`, ...draft }));
}

/** Forests keep every row in their leaves: the number of leaves is capped so that a package of fold models stays within 50 MB. */
function forestSettings(shape: DataShape): { trees: number; min_samples_leaf: number; max_leaf_nodes: number } {
  const trees = shape.fitRows > 20_000 ? 60 : shape.fitRows > 5_000 ? 100 : 150;
  const leafEntries = Math.min(shape.classCount, 4);
  const packageBytes = 30_000_000;
  const bytesALeaf = 32 + 12 * leafEntries;
  const leaves = Math.floor(packageBytes / (trees * shape.foldCount * bytesALeaf));
  return { trees, min_samples_leaf: shape.task === 'regression' || shape.fitRows < 2_000 ? 2 : 3, max_leaf_nodes: Math.max(64, Math.min(4_000, leaves)) };
}
