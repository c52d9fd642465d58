import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { Plan } from '../../domain/plan.ts';
import type { LeakSuspect } from '../../domain/profile.ts';
import { decideTarget } from './decide-target.ts';
import { draftPlan } from './draft-plan.ts';
import { getColumn } from '../../domain/get-column.ts';
import type { TargetLevels } from './target-levels.ts';
import { readSentence } from './read-sentence.ts';
import { MADE_ROWS, profileOf, type MadeColumn } from '../../../tests/fixtures/made-profile.ts';
import { proposeFeatures } from './propose-features.ts';

const request: BuildRequest = {
  sentence: 'who leaves?',
  data: 'customers.csv',
  testData: null,
  target: null,
  metric: null,
  positive: null,
  drop: [],
  keep: [],
  time: null,
  group: null,
  budgetMs: 60_000,
  name: null,
  seed: 1,
  threads: 2,
  isApproved: true,
};
const inputs: MadeColumn[] = [
  { name: 'age', kind: 'number' },
  { name: 'town', kind: 'category', values: ['A', 'B', 'C'] },
];
const churn: MadeColumn = { name: 'churn', kind: 'category', values: ['No', 'Yes'] };
const price: MadeColumn = { name: 'price', kind: 'number' };
const yesNo: TargetLevels = [
  { level: 'No', count: 150 },
  { level: 'Yes', count: 50 },
];
const manyLevels = (count: number): TargetLevels => Array.from({ length: count }, (_, level) => ({ level: String(level), count: 2 }));

type Asked = Partial<BuildRequest> & {
  columns?: MadeColumn[];
  target?: string;
  levels?: TargetLevels;
  suspects?: LeakSuspect[];
  groups?: string;
  inOrderOf?: string;
};
const sure = (column: string): LeakSuspect => ({ column, kind: 'answer', isSure: true, detail: 'tells the answer alone' });
function draft({ columns = [...inputs, churn], target = 'churn', levels = yesNo, suspects = [], groups, inOrderOf, ...options }: Asked = {}): Plan {
  const profile = profileOf(columns);
  if (groups !== undefined) profile.warnings.push({ kind: 'groups', column: groups, detail: 'repeats' });
  if (inOrderOf !== undefined) profile.warnings.push({ kind: 'time-order', column: inOrderOf, detail: 'orders the rows' });
  const asked = { ...request, ...options, target };
  const sentence = readSentence(asked.sentence, profile);
  const decision = decideTarget(asked, sentence, profile);
  if (decision.kind === 'unclear') throw decision.refusal;
  return draftPlan({
    request: asked,
    dataset: { path: 'customers.csv', sha256: 'a'.repeat(64), rowCount: MADE_ROWS },
    testDataset: null,
    profile,
    sentence,
    reading: decision.reading,
    target: getColumn(profile, target, '--target'),
    derived: null,
    targetLevels: levels,
    suspects,
  });
}
function refusalOf(asked: Asked): ModelwrightError {
  try {
    draft(asked);
  } catch (error) {
    if (error instanceof ModelwrightError) return error;
    throw error;
  }
  throw new Error('the plan was drafted');
}
const leftOut = (plan: Plan) => Object.fromEntries(plan.leftOut.map(({ name, reason }) => [name, reason]));
const used = (plan: Plan) => plan.inputs.map(({ name }) => name);

describe('a plan', () => {
  it('for two classes is judged by roc_auc, and by average_precision where the positive class is rare', () => {
    expect(draft()).toMatchObject({ task: 'binary', classes: ['No', 'Yes'], metric: 'roc_auc', split: { kind: 'random' } });
    const rare = [
      { level: 'No', count: 181 },
      { level: 'Yes', count: 19 },
    ];
    expect(draft({ levels: rare }).metric).toBe('average_precision');
    expect(draft({ levels: rare, positive: 'No' }).metric).toBe('roc_auc');
  });

  it('for more classes is judged by log_loss, and for numbers by rmse', () => {
    const three = ['10', '9', 'other'].map((level) => ({ level, count: 50 }));
    expect(draft({ levels: three })).toMatchObject({ task: 'multiclass', classes: ['9', '10', 'other'], metric: 'log_loss' });
    expect(draft({ columns: [...inputs, price], target: 'price', levels: manyLevels(100) })).toMatchObject({ task: 'regression', classes: [], metric: 'rmse' });
  });

  it('makes classes of numbers where a class metric is asked for, and of two numbers always', () => {
    const columns = [...inputs, price];
    expect(draft({ columns, target: 'price', levels: manyLevels(20), metric: 'accuracy' })).toMatchObject({
      task: 'multiclass',
      targetRule: { type: 'text', missing: ['NA'] },
    });
    expect(draft({ columns, target: 'price', levels: manyLevels(2).map((level) => ({ ...level, count: 100 })) })).toMatchObject({
      task: 'binary',
      classes: ['0', '1'],
    });
  });

  it.each<[string, Asked, string]>([
    ['the one that is named', { positive: 'No' }, 'No'],
    [
      'the one that the sentence names',
      {
        sentence: 'who will be gone?',
        columns: [...inputs, { ...churn, values: ['gone', 'here'] }],
        levels: [
          { level: 'gone', count: 150 },
          { level: 'here', count: 50 },
        ],
      },
      'gone',
    ],
    [
      'the one that tables write as yes',
      {
        levels: [
          { level: '1', count: 150 },
          { level: '0', count: 50 },
        ],
      },
      '1',
    ],
    [
      'the rarer one',
      {
        levels: [
          { level: 'good', count: 150 },
          { level: 'bad', count: 50 },
        ],
      },
      'bad',
    ],
  ])('takes as positive class %s', (_, asked, positive) => expect(draft(asked).classes[1]).toBe(positive));

  it('leaves out what cannot help or would be cheating, each with its reason', () => {
    const columns: MadeColumn[] = [
      ...inputs,
      { name: 'id', kind: 'identifier' },
      { name: 'country', kind: 'constant' },
      { name: 'note', kind: 'text', missingCount: MADE_ROWS },
      { name: 'closed at', kind: 'category' },
      { name: 'mail', kind: 'category', personal: 'email' },
      churn,
    ];
    const plan = draft({ columns, drop: ['town'], suspects: [sure('closed at')] });
    expect(leftOut(plan)).toEqual({ town: 'dropped', id: 'identifier', country: 'constant', note: 'empty', 'closed at': 'leak' });
    expect(plan.inputs).toMatchObject([
      { name: 'age', isPersonal: false },
      { name: 'mail', isPersonal: true },
    ]);
    expect(plan.keptLeaks).toEqual([]);
  });

  it('keeps a leak that the user wants to keep, and remembers it', () => {
    const plan = draft({ keep: ['town'], suspects: [sure('town')] });
    expect(used(plan)).toEqual(['age', 'town']);
    expect(plan.keptLeaks).toEqual(['town']);
  });

  it('tells of a column that may know the answer and is used all the same', () => {
    const plan = draft({ suspects: [{ column: 'town', kind: 'afterwards', isSure: false, detail: 'its name says that it is written later' }] });
    expect(used(plan)).toContain('town');
    expect(plan.notes).toEqual([expect.stringMatching(/"town".*written later/)]);
  });

  it('leaves out what the sentence leaves out, unless it is kept by name', () => {
    const sentence = 'who will churn, without using the town?';
    expect(leftOut(draft({ sentence }))).toEqual({ town: 'dropped' });
    expect(used(draft({ sentence, keep: ['town'] }))).toContain('town');
  });

  it('keeps rows together that a key of the table holds together, unless a split by chance is asked for', () => {
    const columns: MadeColumn[] = [...inputs, { name: 'case', kind: 'category' }, churn];
    expect(draft({ columns, groups: 'case' }).split).toMatchObject({ kind: 'group', column: 'case' });
    expect(draft({ columns, groups: 'case', isRandomSplit: true }).split).toEqual({ kind: 'random' });
  });

  it('predicts later rows from earlier ones where the rows stand in the order in which they were observed, unless it is told otherwise', () => {
    const days = Array.from({ length: MADE_ROWS }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10));
    const dated = (name: string): Asked => ({ columns: [...inputs, { name, kind: 'datetime', values: days }, churn], inOrderOf: name });
    const splitOf = (asked: Asked) => {
      const { split, decisions } = draft(asked);
      return { split, ...decisions.find(({ what }) => what === 'split') };
    };
    for (const name of ['date', 'order_date', 'createdAt', 'transaction time'])
      expect(splitOf(dated(name))).toMatchObject({
        split: { kind: 'time', column: name },
        reason: expect.stringContaining(`in the order of "${name}"`),
        option: '--split random',
      });
    expect(splitOf({ ...dated('date'), isRandomSplit: true }).split).toEqual({ kind: 'random' });
    expect(splitOf({ ...dated('date'), group: 'town' }).split).toMatchObject({ kind: 'group', column: 'town' });
    expect(splitOf({ ...dated('date'), groups: 'town' }).split).toMatchObject({ kind: 'group', column: 'town' });
  });

  it('says that rows stand in the order of a date that may be anything, and splits them by chance', () => {
    const days = Array.from({ length: MADE_ROWS }, (_, day) => `${1950 + Math.floor(day / 4)}-01-0${1 + (day % 4)}`);
    for (const name of ['born_on', 'date_of_birth', 'contract_end']) {
      const { split, decisions } = draft({ columns: [...inputs, { name, kind: 'datetime', values: days }, churn], inOrderOf: name });
      expect(split).toEqual({ kind: 'random' });
      expect(decisions.find(({ what }) => what === 'split')?.reason).toBe(
        `the rows stand in the order of "${name}", but its name does not say that it is when they were observed`,
      );
    }
  });

  it('says of every decision how sure it is, why, and by which option it is overruled', () => {
    const { decisions } = draft({ sentence: 'who will churn? Missing one costs ten times more than a false alarm. We can call 50 a week.' });
    expect(decisions.map(({ what }) => what)).toEqual(['target', 'task', 'positive', 'metric', 'split', 'final', 'costs', 'capacity']);
    expect(decisions.every(({ certainty, reason, option }) => certainty > 0 && certainty <= 1 && reason.length > 5 && option.startsWith('--'))).toBe(true);
  });

  it('takes costs and capacity from the words, and options before the words', () => {
    const sentence = 'who will churn? Missing one costs ten times more than a false alarm. We can call 50 a week.';
    expect(draft({ sentence }).costs).toEqual({ falsePositive: 1, falseNegative: 10, capacity: 50 });
    expect(draft({ sentence, costs: { falsePositive: 2, falseNegative: 3 }, capacity: 7 }).costs).toEqual({ falsePositive: 2, falseNegative: 3, capacity: 7 });
    expect(draft().costs).toBeNull();
  });

  it('takes the metric that the words ask for', () => {
    expect(draft({ sentence: 'who will churn? I care about the share you get right, accuracy' }).metric).toBe('accuracy');
    expect(draft({ columns: [...inputs, price], target: 'price', levels: manyLevels(100), sentence: 'predict price, the typical error matters' }).metric).toBe(
      'mae',
    );
  });

  it('keeps an identifier that the user wants to keep', () => {
    expect(used(draft({ columns: [...inputs, { name: 'id', kind: 'identifier' }, churn], keep: ['id'] }))).toContain('id');
  });

  it('orders by time or keeps groups together, and does not learn from the group', () => {
    const timed = draft({ columns: [...inputs, { name: 'day', kind: 'datetime' }, churn], time: 'day' });
    expect(timed.split).toMatchObject({ kind: 'time', column: 'day', rule: { type: 'timestamp' } });
    expect(used(timed)).toContain('day');
    const grouped = draft({ group: 'town' });
    expect(grouped.split).toMatchObject({ kind: 'group', column: 'town' });
    expect(leftOut(grouped)).toEqual({ town: 'group' });
    expect(used(draft({ group: 'town', keep: ['town'] }))).toEqual(['age', 'town']);
  });

  it('takes options that name a column without the spaces of its header, and options that are given twice', () => {
    const columns: MadeColumn[] = [...inputs, { name: ' spaced ', kind: 'number' }, churn];
    expect(leftOut(draft({ columns, drop: ['spaced', 'spaced', ' spaced '] }))).toEqual({ ' spaced ': 'dropped' });
    expect(draft({ columns, group: 'spaced' })).toMatchObject({
      split: { kind: 'group', column: ' spaced ' },
      leftOut: [{ name: ' spaced ', reason: 'group' }],
    });
    expect(draft({ columns: [...inputs, { ...churn, name: 'churn ' }] })).toMatchObject({ target: 'churn ' });
  });

  it('takes names whose accents are written in the other way than in the file', () => {
    const fromMac = 'gro\u0308ße';
    const columns: MadeColumn[] = [...inputs, { ...churn, name: fromMac }];
    expect(draft({ columns, target: 'größe' })).toMatchObject({ target: fromMac });
    expect(leftOut(draft({ columns: [...columns, churn], drop: ['größe'] }))).toEqual({ [fromMac]: 'dropped' });
  });

  it('says what it cannot follow: a column that cannot be kept, costs of a number', () => {
    const columns: MadeColumn[] = [...inputs, { name: 'currency', kind: 'constant' }, price];
    const plan = draft({
      sentence: 'predict the price. missing one costs ten times more than a false alarm',
      columns,
      target: 'price',
      levels: manyLevels(100),
      keep: ['currency'],
    });
    expect(plan.notes).toEqual([expect.stringContaining('"currency" is not kept'), expect.stringContaining('is not used')]);
    expect(plan.costs).toBeNull();
  });

  it('of times to come leaves out what is measured along with the answer, unless it is kept', () => {
    const days = Array.from({ length: MADE_ROWS }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10));
    const columns: MadeColumn[] = [
      { name: 'date', kind: 'datetime', values: days },
      { name: 'weather', kind: 'category' },
      { name: 'listings', kind: 'number' },
      price,
    ];
    const asked = { sentence: 'forecast the price for each of the next 30 days', columns, target: 'price', time: 'date', levels: manyLevels(100) };
    expect(draft(asked)).toMatchObject({ leftOut: [{ name: 'listings', reason: 'known-later' }] });
    expect(used(draft({ ...asked, keep: ['listings'] }))).toEqual(['date', 'weather', 'listings']);
    // With no time to come there is nothing to wait for.
    expect(used(draft({ ...asked, sentence: 'predict the price' }))).toEqual(['date', 'weather', 'listings']);
    expect(draft({ ...asked, sentence: 'what will the price be in each coming hour?' }).notes.join()).toContain('listings must be known by then');
  });

  it('takes limits from the request, and its own where there are none', () => {
    expect(draft({ limits: { maxRowMs: 5 } }).limits).toEqual({ maxRowMs: 5, maxBatchMsPerRow: 0.08, maxPackageBytes: 50_000_000 });
  });

  it('is a value of its schema, whatever the columns are called', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), { minLength: 3, maxLength: 6 }), (names) => {
        const columns: MadeColumn[] = names.map((name, at) => (at === 0 ? { ...churn, name } : { name, kind: at % 2 === 0 ? 'category' : 'datetime' }));
        const plan = draft({ columns, target: names[0] });
        expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
        for (const { text } of proposeFeatures(plan)) {
          // Within its quotes a name has every quote doubled, so that it cannot end early.
          const outside = text.replaceAll(/"(?:[^"]|"")*"/g, '');
          expect(outside).toMatch(/^[a-z0-9 ()/-]*$/);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a plan is refused', () => {
  const priced = { columns: [...inputs, price], target: 'price', levels: manyLevels(100) };
  it.each<[string, string, Asked]>([
    ['MW1203', 'the target is no column', { target: 'chrun' }],
    ['MW1203', 'a dropped column is none', { drop: ['towm'] }],
    ['MW1203', 'a kept column is none', { keep: ['x'] }],
    ['MW1203', 'the time is no column', { time: 'x' }],
    ['MW1203', 'the group is no column', { group: 'x' }],
    ['MW1001', 'time and group are both named', { time: 'age', group: 'town' }],
    ['MW1001', 'a column is dropped and kept', { drop: ['age'], keep: ['age'] }],
    ['MW1001', 'the target is dropped', { drop: ['churn'] }],
    ['MW1001', 'the target is kept', { keep: ['churn'] }],
    ['MW1001', 'the target is the time', { time: 'churn' }],
    ['MW1001', 'the target is the group', { group: 'churn' }],
    ['MW1105', 'the target has no value', { levels: [] }],
    ['MW1104', 'the target is always the same', { levels: [{ level: 'No', count: 200 }] }],
    [
      'MW1210',
      'too few rows have an answer',
      {
        levels: [
          { level: 'No', count: 15 },
          { level: 'Yes', count: 14 },
        ],
      },
    ],
    ['MW1216', 'two classes are asked of many', { task: 'binary', levels: manyLevels(20) }],
    ['MW1216', 'a number is asked of classes', { task: 'regression' }],
    ['MW1205', 'there are too many classes', { levels: manyLevels(501) }],
    ['MW1205', 'every row is a class of its own', { levels: manyLevels(100).map((level) => ({ ...level, count: 1 })) }],
    ['MW1206', 'the target is a date', { columns: [...inputs, { name: 'churn', kind: 'datetime' }], levels: manyLevels(50) }],
    ['MW1207', 'the metric is for numbers', { metric: 'rmse' }],
    ['MW1207', 'the metric is for two classes', { metric: 'roc_auc', levels: manyLevels(20) }],
    ['MW1208', 'the positive class is none', { positive: 'yes' }],
    ['MW1208', 'a positive class is named and there are no classes', { ...priced, positive: '1' }],
    ['MW1208', 'a positive class is named and there are many', { levels: manyLevels(20), positive: '1' }],
    ['MW1208', 'costs of errors are named and a number is predicted', { ...priced, costs: { falsePositive: 1, falseNegative: 5 } }],
    ['MW1208', 'a capacity is named and there are many classes', { levels: manyLevels(20), capacity: 50 }],
    ['MW1001', 'the time is a category', { time: 'town' }],
    ['MW1209', 'no column is left', { drop: ['age', 'town'] }],
    ['MW1212', 'a logarithm is asked of −1', { ...priced, columns: [...inputs, { ...price, min: -1 }], metric: 'rmsle' }],
    ['MW1219', 'the target is larger than can be squared', { ...priced, columns: [...inputs, { ...price, min: -1e200 }] }],
  ])('with %s when %s', (code, _, asked) => {
    const refusal = refusalOf(asked);
    expect(refusal.code).toBe(code);
    expect(refusal.hint.length).toBeGreaterThan(5);
  });

  it('with the closest name as a hint', () => {
    expect(refusalOf({ target: 'chrun' }).hint).toContain('churn');
    expect(refusalOf({ positive: 'yes' }).hint).toContain('Yes');
  });

  it('but not when rmsle is asked of values above −1', () => {
    expect(draft({ ...priced, columns: [...inputs, { ...price, min: -0.5 }], metric: 'rmsle' }).metric).toBe('rmsle');
  });
});

describe('the features of a plan', () => {
  it('are numbers and categories as they are, and dates by their parts and differences', () => {
    const columns: MadeColumn[] = [
      { name: 'a"b', kind: 'number' },
      { name: 'town', kind: 'category', personal: 'name' },
      { name: 'note', kind: 'text' },
      { name: 'from', kind: 'datetime' },
      { name: 'to', kind: 'datetime' },
      churn,
    ];
    const features = proposeFeatures(draft({ columns }));
    const find = (name: string) => features.find((feature) => feature.name === name);
    expect(find('a"b')).toMatchObject({ text: '"a""b"', as: 'number' });
    expect(find('town')).toMatchObject({ text: '"town"', as: 'category', isPersonal: true });
    expect(find('note')).toMatchObject({ as: 'text' });
    expect(find('note as a level')).toMatchObject({ as: 'category' });
    expect(find('from hour')).toMatchObject({ text: 'hour("from")', as: 'number' });
    expect(find('days from from to to')).toMatchObject({ text: '(epoch("to") - epoch("from")) / 86400' });
    expect(features.filter(({ text }) => text.includes('churn'))).toEqual([]);
  });
});
