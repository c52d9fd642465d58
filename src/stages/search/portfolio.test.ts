import { expect, it } from 'vitest';
import { portfolioFor } from './portfolio.ts';
import { orderFor } from './portfolio-order.ts';
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
  isTimeOrdered: false,
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

it('generated features have their turn where there are any', () => {
  const views = (change: Partial<DataShape>) => portfolioFor({ ...numbers, ...change }).map(({ columns }) => columns);
  expect(views({ generatedColumns: 6 })).toContain('generated');
  expect(views({})).not.toContain('generated');
});

it.each<[string, Partial<DataShape>, string[]]>([
  ['few rows', { fitRows: 600 }, ['LightGBM, small trees', 'XGBoost, leaf by leaf', 'Linear']],
  ['some thousand rows', {}, ['CatBoost, depth 6', 'Linear', 'XGBoost, leaf by leaf']],
  ['many rows', { fitRows: 40_000 }, ['Linear', 'XGBoost, depth 6', 'CatBoost, depth 4']],
  [
    'many classes',
    { task: 'multiclass', classCount: 26, metric: 'accuracy' },
    ['Extra trees, more columns a split', 'Neural network', 'LightGBM, learning rate 0.2'],
  ],
  ['text', { vocabularySize: 5_000, textTermsPerRow: 20 }, ['Linear, with text', 'LightGBM, learning rate 0.1']],
])('the order is the one learnt for the shape: %s', (_, change, first) => {
  const titles = portfolioFor({ ...numbers, ...change }).map(({ title }) => title);
  expect(titles.slice(0, first.length)).toEqual(first);
  expect(new Set(titles).size).toBe(titles.length);
});

it('every title that the learnt orders name is a candidate of the portfolio', () => {
  const shapes: Partial<DataShape>[] = [{}, { fitRows: 1_900 }, { fitRows: 40_000 }, { task: 'multiclass', classCount: 26, metric: 'accuracy' }];
  for (const change of shapes) {
    const shape = { ...numbers, generatedColumns: 6, budgetMs: 3_600_000, ...change };
    const { named, titles } = { named: orderFor(shape), titles: portfolioFor(shape).map(({ title }) => title) };
    expect(titles.slice(0, named.length)).toEqual(named);
  }
});
