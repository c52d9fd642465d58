import { describe, expect, it } from 'vitest';
import { isTestKey, sidesOf, timeRanks } from './split.ts';

const PUBLISHED = [3, 4, 5, 7, 15, 26, 28];
const facts = { name: 'concrete', target_index: 1, target_missing: [''] };
const rowsOf = (count: number) => Array.from({ length: count }, (_, index) => [String(index), 'label']);

describe('the rule of the test rows', () => {
  // Taken from the rule in Python: [i for i in range(30) if is_test_hash('concrete', i)].
  it('chooses the rows that the published rule chooses', () => {
    const test = sidesOf(facts, ['x', 'y'], rowsOf(30), { seed: 1 }).flatMap((side, index) => (side === 'test' ? [index] : []));
    expect(test).toEqual(PUBLISHED);
  });

  it('chooses others with another seed, about a quarter of them', () => {
    const shareOf = (seed: number) => sidesOf(facts, ['x', 'y'], rowsOf(4000), { seed }).filter((side) => side === 'test').length / 4000;
    expect(sidesOf(facts, ['x', 'y'], rowsOf(30), { seed: 2 })).not.toEqual(sidesOf(facts, ['x', 'y'], rowsOf(30), { seed: 1 }));
    expect(shareOf(1)).toBeCloseTo(0.25, 1);
    expect(shareOf(2)).toBeCloseTo(0.25, 1);
  });

  it('leaves rows without a label out of both parts, and counts them all the same', () => {
    const rows = rowsOf(30).map(([x], index) => [x, index === PUBLISHED[0] ? ' ' : 'label']);
    const sides = sidesOf(facts, ['x', 'y'], rows, { seed: 1 });
    expect(sides[PUBLISHED[0]]).toBe('neither');
    expect(sides[PUBLISHED[1]]).toBe('test');
  });

  it('keeps a group on one side', () => {
    const rows = Array.from({ length: 200 }, (_, index) => [`case ${index % 20}`, 'label']);
    const sides = sidesOf({ ...facts, group_column: ['x'] }, ['x', 'y'], rows, { seed: 1 });
    for (const [index, side] of sides.entries()) expect(side).toBe(isTestKey('concrete', 1, `case ${index % 20}`) ? 'test' : 'train');
    expect(new Set(sides)).toEqual(new Set(['train', 'test']));
  });

  it('keeps equal inputs on one side where it is asked to, whatever their labels', () => {
    const rows = Array.from({ length: 200 }, (_, index) => [`inputs ${index % 20}`, `label ${index}`]);
    const sides = sidesOf(facts, ['x', 'y'], rows, { seed: 1, inputsOf: ([x]) => x });
    for (const [index, side] of sides.entries()) expect(side).toBe(sides[index % 20]);
    expect(new Set(sides)).toEqual(new Set(['train', 'test']));
  });

  it('puts the last quarter in time into the test part, equal times together, numbers compared as numbers', () => {
    const rows = ['1', '10', '9', '2', '9', '3', '4', '5'].map((hour) => [hour, 'label']);
    const sides = sidesOf({ ...facts, time_order: [['x', 'int']] }, ['x', 'y'], rows, { seed: 1 });
    expect(sides).toEqual(['train', 'test', 'test', 'train', 'test', 'train', 'train', 'train']);
  });

  it('ranks times as they follow each other, the coarser column first', () => {
    const rows = ['2 10', '1 9', '2 9', '1 9'].map((time) => time.split(' '));
    const order: [string, 'int'][] = [
      ['day', 'int'],
      ['hour', 'int'],
    ];
    expect([...timeRanks(order, ['day', 'hour'], rows)]).toEqual([3, 0, 2, 0]);
  });
});
