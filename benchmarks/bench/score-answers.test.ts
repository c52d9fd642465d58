import { describe, expect, it } from 'vitest';
import { readCsv } from './csv.ts';
import { judgedRows, scoreOf, takeRows } from './score-answers.ts';

const binary = { task: 'binary', positive_class: 'yes' } as const;
const multiclass = { task: 'multiclass', positive_class: null } as const;
const truth = readCsv('label\nyes\nno\nyes\nno\n');

describe('scoring what an engine wrote', () => {
  it('takes our own columns and those of the peers for the same answers', () => {
    const ours = judgedRows(binary, truth, readCsv('prediction,probability_no,probability_yes\nyes,0.2,0.8\nno,0.6,0.4\nno,0.7,0.3\nno,0.9,0.1\n'));
    const theirs = judgedRows(binary, truth, readCsv('yes,no,__label\n0.8,0.2,yes\n0.4,0.6,no\n0.3,0.7,no\n0.1,0.9,no\n'));
    expect(scoreOf('roc_auc', ours)).toBe(0.75);
    expect(scoreOf('roc_auc', theirs)).toBe(0.75);
    expect(scoreOf('accuracy', theirs)).toBe(0.75);
  });

  it('decides for the likeliest class where an engine only gave probabilities', () => {
    const rows = judgedRows(binary, truth, readCsv('no,yes\n0.2,0.8\n0.6,0.4\n0.7,0.3\n0.9,0.1\n'));
    expect(scoreOf('accuracy', rows)).toBe(0.75);
  });

  it('counts each class that an engine does not know as one it never got right', () => {
    const rows = judgedRows(multiclass, readCsv('label\na\nb\nc\nd\n'), readCsv('a,b\n0.9,0.1\n0.2,0.8\n0.7,0.3\n0.4,0.6\n'));
    expect(scoreOf('accuracy', rows)).toBe(0.5);
    expect(scoreOf('macro_f1', rows)).toBeCloseTo((2 / 3 + 2 / 3 + 0 + 0) / 4, 12);
  });

  it('takes the answer among the ends of its range', () => {
    const regression = { task: 'regression', positive_class: null } as const;
    const rows = judgedRows(regression, readCsv('y\n1\n2\n'), readCsv('prediction,low,high\n2,0,9\n2,1,9\n'));
    expect(scoreOf('mae', rows)).toBe(0.5);
  });

  it('refuses answers without a number for every row', () => {
    const numbers = readCsv('y\n1\n2\n');
    const regression = { task: 'regression', positive_class: null } as const;
    expect(scoreOf('mae', judgedRows(regression, numbers, readCsv('value\n2\n2\n')))).toBe(0.5);
    expect(() => judgedRows(regression, numbers, readCsv('value\n2\nnan\n'))).toThrow('"nan" is no number');
    expect(() => judgedRows(regression, numbers, readCsv('value\n2\n'))).toThrow('1 answers for 2 rows');
    expect(() => judgedRows(binary, truth, readCsv('no\n1\n1\n1\n1\n'))).toThrow('no column for the class "yes"');
  });

  it('scores some of the rows', () => {
    const rows = judgedRows(binary, truth, readCsv('no,yes\n0.2,0.8\n0.6,0.4\n0.7,0.3\n0.9,0.1\n'));
    expect(scoreOf('accuracy', takeRows(rows, [true, true, false, true]))).toBe(1);
    expect(scoreOf('roc_auc', takeRows(rows, [false, true, true, false]))).toBe(0);
  });
});
