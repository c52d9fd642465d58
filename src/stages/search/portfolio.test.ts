import { expect, it } from 'vitest';
import { portfolioFor } from './portfolio.ts';
import type { DataShape } from './shape.ts';

const numbers: DataShape = {
  fitRows: 8_000,
  foldCount: 5,
  task: 'regression',
  classCount: 1,
  metric: 'rmse',
  treeColumns: 12,
  linearColumns: 12,
  generatedColumns: 0,
  extraColumns: 0,
  hasCategories: false,
  textTermsPerRow: 0,
  vocabularySize: 0,
  textScoreColumns: 0,
  budgetMs: 60_000,
};
const networksFor = (change: Partial<DataShape>) => portfolioFor({ ...numbers, ...change }).filter(({ learner }) => learner === 'network');

it.each<[string, Partial<DataShape>, number]>([
  ['a table of numbers', {}, 1],
  ['many classes', { task: 'multiclass', classCount: 26, metric: 'accuracy' }, 1],
  ['text beside columns', { vocabularySize: 5_000, textTermsPerRow: 20 }, 1],
  ['text alone', { vocabularySize: 5_000, textTermsPerRow: 20, treeColumns: 0, linearColumns: 0 }, 0],
  ['few rows', { fitRows: 120 }, 0],
  ['more rows than the budget has time for', { fitRows: 200_000 }, 0],
  ['as many rows in an hour', { fitRows: 200_000, budgetMs: 3_600_000 }, 1],
  ['thousands of columns', { treeColumns: 5_000, linearColumns: 5_000 }, 0],
])('a neural network has its turn as its rows and columns allow: %s', (_, change, count) => {
  expect(networksFor(change)).toHaveLength(count);
});

it('a neural network whose passes are long is a smaller one', () => {
  expect(networksFor({ fitRows: 40_000 })[0].settings).toMatchObject({ members: 2 });
  expect(networksFor({ fitRows: 40_000, budgetMs: 600_000 })[0].settings).not.toHaveProperty('members');
});

it('generated features have their turn where there are any, after one candidate of each of the first five families', () => {
  const first = (change: Partial<DataShape>) =>
    portfolioFor({ ...numbers, ...change }).map(({ learner, columns }) => (columns === 'generated' ? columns : learner));
  expect(first({ generatedColumns: 6 }).slice(0, 6)).toEqual(['linear', 'lightgbm', 'catboost', 'network', 'extra_trees', 'generated']);
  expect(first({})).not.toContain('generated');
});
