import { describe, expect, it } from 'vitest';
import type { ColumnProfile } from '../../domain/profile.ts';
import { MADE_ROWS, profileOf } from '../../../tests/fixtures/made-profile.ts';
import { levelsOfProfile } from './target-levels.ts';

const column = (part: Partial<ColumnProfile>): ColumnProfile => ({
  ...profileOf([{ name: 'y', kind: 'category', values: ['no', 'yes'] }]).columns[0],
  ...part,
});

describe('what a target holds', () => {
  it('follows from the profile where all its values are listed there', () => {
    expect(levelsOfProfile(column({}), MADE_ROWS)).toEqual([
      { level: 'no', count: 100 },
      { level: 'yes', count: 100 },
    ]);
  });

  it('is only counted where it has more values than there may be classes', () => {
    expect(levelsOfProfile(column({ distinctCount: 900, missingCount: 20, unreadableCount: 3, topValues: [] }), 1000)).toEqual({
      distinctCount: 900,
      labelledCount: 977,
    });
  });

  it.each([
    ['the list is cut off', { topValues: [{ value: 'no', count: 100 }] }],
    ['the values are of persons', { topValues: [] }],
    ['a text is cut off', { topValues: [{ value: 'x'.repeat(200), count: 200 }] }],
  ])('has to be read where %s', (_, part) => expect(levelsOfProfile(column(part), MADE_ROWS)).toBeUndefined());
});
