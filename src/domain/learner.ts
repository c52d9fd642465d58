import { z } from 'zod';
import type { TaskKind } from './task.ts';

export type LearnerSettings = Record<string, number | string | boolean>;

/** What one fit has to do, as far as its time depends on it. */
export type FitWork = {
  task: TaskKind;
  /** Rows that it learns from. */
  rows: number;
  /** Columns that a tree may split. */
  treeColumns: number;
  /** Numbers that a linear model reads of a row, the terms of a text among them. */
  linearColumns: number;
  /** The classes where there are more than two, else 1. */
  outputs: number;
  /** Rounds that a learner takes which its holdout stops, those of a second fit included. */
  usualRounds: number;
  maxRounds: number;
  settings: LearnerSettings;
};

/** All that this side of the wall knows of a learner; the other side is `harness/learners/NAME_learner.py`. */
type LearnerDescription = {
  /** As a title begins. */
  label: string;
  /** Settings under which it lessens the absolute error, where it can. */
  absoluteError: LearnerSettings;
  /** Milliseconds of one thread for one fit, before any was seen; measured on 1,000 to 200,000 rows × 10 to 45 columns. */
  firstGuessMs(work: FitWork): number;
};

const setting = ({ settings }: FitWork, name: string, usual: number) => (typeof settings[name] === 'number' ? settings[name] : usual);

const descriptions = {
  lightgbm: {
    label: 'LightGBM',
    absoluteError: { objective: 'regression_l1' },
    firstGuessMs(work) {
      const { rows, treeColumns, outputs, usualRounds } = work;
      return 20 + 2e-4 * rows * treeColumns + usualRounds * outputs * treeColumns * (3.6e-3 * setting(work, 'num_leaves', 31) + 5.5e-6 * rows);
    },
  },
  catboost: {
    label: 'CatBoost',
    absoluteError: { loss_function: 'MAE' },
    firstGuessMs(work) {
      const { task, rows, treeColumns, outputs, usualRounds } = work;
      const depth = setting(work, 'depth', 6);
      const outputsAtOnce = task === 'multiclass' ? 0.8 * outputs : 1;
      return 20 + 1.5e-4 * rows * treeColumns + usualRounds * outputsAtOnce * treeColumns * (2.4e-3 * 2 ** depth + 1.2e-6 * depth * rows);
    },
  },
  xgboost: {
    label: 'XGBoost',
    absoluteError: { objective: 'reg:absoluteerror' },
    firstGuessMs(work) {
      const { rows, treeColumns, outputs, usualRounds, settings } = work;
      const depth = setting(work, 'max_depth', 6);
      const leaves = setting(work, 'max_leaves', 2 ** depth);
      // One leaf after the other costs more a leaf than a whole level at once.
      const growing = settings['grow_policy'] === 'lossguide' ? 3.6e-3 * leaves + 8.4e-6 * rows : 1.1e-3 * Math.min(leaves, rows / 8) + 1.4e-6 * depth * rows;
      return 50 + 2.2e-4 * rows * treeColumns + usualRounds * outputs * treeColumns * growing;
    },
  },
  extra_trees: {
    label: 'Extra trees',
    absoluteError: {},
    firstGuessMs(work) {
      const { rows, treeColumns, maxRounds, settings } = work;
      const triedColumns = settings['max_features'] === 'sqrt' ? Math.sqrt(treeColumns) : treeColumns * setting(work, 'max_features', 1);
      const leaves = Math.min(rows / 2, setting(work, 'max_leaf_nodes', 2_000));
      return 20 + maxRounds * (1.1e-4 * rows * triedColumns + 2.5e-3 * leaves);
    },
  },
  linear: {
    label: 'Linear',
    absoluteError: {},
    firstGuessMs: ({ rows, linearColumns, outputs }) => 30 + outputs * rows * linearColumns * 6e-5,
  },
  network: {
    label: 'Neural network',
    absoluteError: {},
    firstGuessMs(work) {
      const { rows, treeColumns, linearColumns, outputs, usualRounds } = work;
      // A column of numbers is read in pieces, of which many have fewer than they may; indicators, which trees do not read, as they are.
      const numbers = treeColumns * Math.min(1, treeColumns / Math.max(1, linearColumns));
      const inputs = Math.min(640, linearColumns + 0.5 * setting(work, 'pieces', 24) * numbers);
      const width = setting(work, 'width', 128);
      const products = setting(work, 'members', 4) * width * (inputs + (setting(work, 'layers', 3) - 1) * width + outputs);
      // A pass does more than a round of trees: about a sixth as many are usual.
      return 50 + 0.15 * usualRounds * rows * (9e-8 * products + 1e-3);
    },
  },
} satisfies Record<string, LearnerDescription>;

/** The learners that there are: a key of the table is the name by which events, packages and the wire know it. */
export const Learner = z.enum(Object.keys(descriptions) as (keyof typeof descriptions)[]);
export type Learner = z.infer<typeof Learner>;
export const learners: Record<Learner, LearnerDescription> = descriptions;
