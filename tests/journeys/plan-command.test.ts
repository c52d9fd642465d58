import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Plan } from '../../src/domain/plan.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand } from '../support/command.ts';
import { CTRL_C, CTRL_D, ENTER, openTerminalSession } from '../support/terminal-session.ts';

const LONG = { timeout: 90_000 };
const sentence = 'which customers will leave?';

let folder: string;
let home: string;
let customers: string;
/** What `plan` makes of the sentence, in a budget that every machine keeps. */
let usual: Plan;
/** The same of a target that no column holds. */
let usualMade: Plan;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'plan-command-')));
  home = join(folder, 'home');
  customers = inFolder('customers.csv');
  writeFileSync(customers, customersTable(240));
  usual = await planOf(sentence, '--budget', '12s');
  usualMade = await planOf(sentence, '--target', '"tenure" > 36');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string) => join(folder, name);

/** A name of each row, a column that never changes, and one that is written only once a customer has left. */
function customersTable(rowCount: number): string {
  const random = seededRandom(7);
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const tenure = random.below(72);
    const fee = 20 + random.next() * 80;
    const contract = ['monthly', 'yearly', 'two years'][random.below(3)];
    const hasLeft = (contract === 'monthly' ? 2 : 0) - tenure / 30 + fee / 60 + random.next() * 2 > 2;
    const region = ['north', 'south', 'east'][random.below(3)];
    const signedUp = new Date(Date.UTC(2022, 0, 1 + random.below(600))).toISOString().slice(0, 10);
    return [
      `C-${1000 + row}`,
      signedUp,
      tenure,
      fee.toFixed(2),
      contract,
      region,
      'EUR',
      hasLeft ? 'yes' : 'no',
      hasLeft ? ['price', 'service', 'moved'][random.below(3)] : '',
    ].join(',');
  });
  return `${['customer_id,signed_up,tenure,monthly_fee,contract,region,currency,left,reason_for_leaving', ...rows].join('\n')}\n`;
}

/** A command over the customers, with what it printed as lines of text. */
async function run(...words: string[]) {
  const ended = await runCommand([...words, '--home', home]);
  return { ...ended, text: ended.lines.map((line) => line['text'] ?? JSON.stringify(line)).join('\n') };
}

/** The plan that these words lead to; throws what the command said where they lead to none. */
async function planOf(words: string, ...options: string[]): Promise<Plan> {
  const { exitCode, last } = await run('plan', words, '--data', customers, '--json', ...options);
  if (exitCode !== 0) throw new Error(JSON.stringify(last));
  return Plan.parse(last['plan']);
}

/** A plan file, changed as a person would change it in an editor. */
function planFile(name: string, change: (plan: Plan) => object = (plan) => plan): string {
  const path = inFolder(name);
  writeFileSync(path, JSON.stringify(change(usual)));
  return path;
}

describe('plan', LONG, () => {
  it('stops after the plan: no run is written down and no model made', async () => {
    const { exitCode, stderr } = await run('plan', sentence, '--data', customers);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect((await run('list', '--json')).last).toEqual({ kind: 'result', models: [] });
    expect((await run('runs', '--json')).last).toEqual({ kind: 'result', runs: [] });
  });

  it('shows a card that says what was decided, how sure that is, why, and the option that overrules it', async () => {
    const { text } = await run('plan', sentence, '--data', customers);
    const rows = text.split('\n');
    const rowOf = (name: string) => rows.find((row) => row.trimStart().startsWith(name));
    expect(rowOf('Goal')).toMatch(/predict left \(no \d+ %, yes \d+ %\) {2}\((?:sure|likely): its name fits the words "leave"; --target\)/);
    expect(rowOf('Task')).toMatch(/two classes.*\(sure: "left" is yes or no; --task\)/);
    expect(rowOf('Looks for')).toMatch(/yes {2}\((?:sure|likely): .*; --positive\)/);
    expect(rowOf('Judged by')).toMatch(/roc_auc {2}\(likely: .*; --metric\)/);
    expect(rowOf('Split')).toMatch(/at random {2}\(likely: .*; --time or --group\)/);
    expect(rowOf('Learns from')).toMatch(/5 columns \(2 number, 2 category, 1 datetime; --kind\), 240 rows/);
    expect(rowOf('Left out')).toMatch(/customer_id {2}\(name of a row: /);
    expect(rowOf('currency')).toMatch(/\(always the same: /);
    expect(rowOf('reason_for_leaving')).toMatch(/\((?:would know the answer|known too late): /);
    expect(text).toContain('build --plan plan.json');
  });

  it('calls a guess a guess', async () => {
    const { text } = await run('plan', 'which customers will leave? I do not want to miss any', '--data', customers);
    expect(text).toMatch(/Costs +missing one \d.*\(a guess: .*; --cost-missed\)/);
  });

  it('says the same as one line of JSON: the plan and its card', async () => {
    const { exitCode, lines, stderr } = await run('plan', sentence, '--data', customers, '--json');
    expect({ exitCode, stderr, count: lines.length }).toEqual({ exitCode: 0, stderr: '', count: 1 });
    const [{ plan, ...rest }] = lines;
    expect(rest).toMatchObject({ kind: 'plan', out: null, card: { plan, isCaged: null, classShares: [{ name: 'no' }, { name: 'yes' }] } });
    expect(Plan.parse(plan)).toMatchObject({
      target: 'left',
      task: 'binary',
      classes: ['no', 'yes'],
      metric: 'roc_auc',
      split: { kind: 'random' },
      dataset: { path: customers, rowCount: 240 },
    });
    for (const decision of Plan.parse(plan).decisions) {
      expect(decision.certainty).toBeGreaterThan(0);
      expect(decision.reason).not.toBe('');
      expect(decision.option).toMatch(/^--/);
    }
  });

  it('writes the plan for its owner alone, and says where', async () => {
    const out = inFolder('written.json');
    const { text } = await run('plan', sentence, '--data', customers, '--out', out);
    expect(text).toContain(`Kept in ${out}`);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(Plan.parse(JSON.parse(readFileSync(out, 'utf8')))).toEqual({ ...usual, budgetMs: 60_000 });
    const nowhere = await run('plan', sentence, '--data', customers, '--out', inFolder('nowhere/plan.json'));
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).toContain('MW1050');
  });

  it('never writes the plan over the table', async () => {
    const before = readFileSync(customers, 'utf8');
    const { exitCode, stderr } = await run('plan', sentence, '--data', customers, '--out', `${folder}/./customers.csv`);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/MW1001.*is the table itself/);
    expect(readFileSync(customers, 'utf8')).toBe(before);
  });
});

describe('build --plan', LONG, () => {
  it('carries the plan out, and takes the file for its approval', async () => {
    const path = inFolder('carried.json');
    expect((await run('plan', sentence, '--data', customers, '--budget', '12s', '--out', path)).exitCode).toBe(0);
    const built = await run('build', '--plan', path, '--json');
    expect(built.last).toMatchObject({ kind: 'result', model: 'left@1', metric: 'roc_auc', budgetMs: 12_000 });
    const approved = built.lines.find(({ kind }) => kind === 'plan.approved');
    expect(approved?.['by']).toBe('plan-file');
    expect(approved?.['plan']).toEqual(JSON.parse(readFileSync(path, 'utf8')));
    expect((await run('show', 'left')).text).toContain('predicts   left (no, yes)');
  });

  it('carries out what a person made of it: another metric, an input less', async () => {
    const path = planFile('edited.json', (plan) => ({ ...plan, metric: 'log_loss', inputs: plan.inputs.filter(({ name }) => name !== 'region') }));
    const built = await run('build', '--plan', path, '--yes', '--json', '--name', 'edited');
    expect(built.last).toMatchObject({ kind: 'result', model: 'edited@1', metric: 'log_loss' });
    const approved = Plan.parse(built.lines.find(({ kind }) => kind === 'plan.approved')?.['plan']);
    expect(approved.decisions.find(({ what }) => what === 'metric')).toMatchObject({ value: 'log_loss', certainty: 1, reason: 'the plan file says so' });
    const shown = (await run('show', 'edited')).text;
    expect(shown).toMatch(/measured +log_loss/);
    expect(shown).toContain('reads 4 columns');
    expect(shown).not.toContain('region');
  });

  it('says of a leak that was put back by hand that it is kept, and not to use the model', async () => {
    const leak = (await planOf(sentence, '--keep', 'reason_for_leaving')).inputs.find(({ name }) => name === 'reason_for_leaving');
    const path = planFile('smuggled.json', (plan) => ({
      ...plan,
      inputs: [...plan.inputs, leak],
      leftOut: plan.leftOut.filter(({ name }) => name !== 'reason_for_leaving'),
    }));
    const built = await run('build', '--plan', path, '--name', 'smuggled');
    expect(built.text).toMatch(/Kept +reason_for_leaving, although it may know the answer/);
    expect(built.text).toMatch(/"reason_for_leaving" is learnt from because the plan file says so, although it tells the answer alone/);
    expect(built.text).toMatch(/Do not use\. It reads "reason_for_leaving"/);
  });

  it.each<[string, (plan: Plan) => object, string]>([
    [
      'an input that the table does not have',
      (plan) => ({ ...plan, inputs: plan.inputs.map((input, at) => (at === 0 ? { ...input, name: 'signed_upp' } : input)) }),
      'The input "signed_upp" is no column of the table. Did you mean "signed_up"?',
    ],
    ['a target that the table does not have', (plan) => ({ ...plan, target: 'lefft' }), 'The target "lefft" is no column of the table. Did you mean "left"?'],
    ['the target among its inputs', (plan) => ({ ...plan, inputs: [...plan.inputs, { ...plan.inputs[3], name: 'left' }] }), 'is also an input'],
    ['an input twice', (plan) => ({ ...plan, inputs: [...plan.inputs, plan.inputs[0]] }), 'named twice'],
    ['a metric of numbers for classes', (plan) => ({ ...plan, metric: 'rmse' }), 'The metric rmse does not fit a binary task'],
    ['a class that no row has', (plan) => ({ ...plan, classes: ['no', 'maybe'] }), 'holds "yes", which the plan does not name as a class'],
    ['no inputs', (plan) => ({ ...plan, inputs: [] }), 'There is no input'],
    [
      'an order of time that is none',
      (plan) => ({ ...plan, split: { kind: 'time', column: 'region', rule: { type: 'text', missing: [] } } }),
      'The column of the time split, "region" is to be read as a text, which has no order of time',
    ],
    [
      'a split by the target itself',
      (plan) => ({ ...plan, split: { kind: 'group', column: 'left', rule: plan.targetRule } }),
      'The column of the group split, "left" is the target itself.',
    ],
    [
      'a split whose column is something else',
      (plan) => ({ ...plan, split: { kind: 'time', column: 'region', rule: plan.inputs[1].rule } }),
      'The column of the time split, "region" is to be read as a number, and here it has 3 different values.',
    ],
    [
      'a date of no known spelling',
      (plan) => ({ ...plan, inputs: plan.inputs.with(0, { ...plan.inputs[0], rule: { type: 'timestamp', missing: [], formats: ['nonsense'] } }) }),
      'The input "signed_up" is to be read as dates written "nonsense", which is none of yyyy-mm-dd',
    ],
    [
      'a date of another spelling',
      (plan) => ({ ...plan, inputs: plan.inputs.with(0, { ...plan.inputs[0], rule: { type: 'timestamp', missing: [], formats: ['dd.mm.yyyy'] } }) }),
      'none of which the rule can read',
    ],
    [
      'a kind that its rule does not read',
      (plan) => ({ ...plan, inputs: plan.inputs.with(3, { ...plan.inputs[3], kind: 'number' }) }),
      'The input "contract" is of the kind number, and its rule says text and not number.',
    ],
  ])('refuses a plan with %s', async (_, change, reason) => {
    const path = planFile('unfit.json', change);
    const { exitCode, stderr } = await run('build', '--plan', path, '--yes');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('MW1214');
    expect(stderr).toContain(reason);
  });

  it.each<[string, (plan: Plan) => object, string]>([
    [
      'that follows from the inputs',
      (plan) => ({ ...plan, inputs: [...plan.inputs, { ...plan.inputs[1], name: 'tenure' }] }),
      'The target "tenure" > 36 follows from the inputs: leave out "tenure".',
    ],
    [
      'of yes and no that is to be a number',
      (plan) => ({ ...plan, task: 'regression', classes: [], metric: 'rmse', targetRule: plan.inputs[1].rule }),
      'is to be predicted as a number, and it is a yes or no',
    ],
    [
      'that is the same in every row',
      (plan) => ({ ...plan, derived: plan.derived && { ...plan.derived, text: '"tenure" > 3000' } }),
      'No row of the table has the class "yes".',
    ],
    ['whose classes are called otherwise', (plan) => ({ ...plan, classes: ['short', 'long'] }), 'which the plan does not name as a class'],
  ])('refuses a target made from columns %s', async (_, change, reason) => {
    const path = inFolder('made.json');
    writeFileSync(path, JSON.stringify(change(usualMade)));
    const { exitCode, stderr } = await run('build', '--plan', path, '--yes');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('MW1214');
    expect(stderr).toContain(reason);
  });

  it('refuses another table that lacks a column of the plan', async () => {
    const path = planFile('plan.json');
    const other = inFolder('renamed.csv');
    writeFileSync(other, readFileSync(customers, 'utf8').replace(',tenure,', ',months,'));
    const { last, exitCode } = await run('build', '--plan', path, '--data', other, '--yes', '--json');
    expect(exitCode).toBe(4);
    expect(last).toMatchObject({ kind: 'error', code: 'MW1214', place: { file: other } });
    expect(last['message']).toContain('The input "tenure" is no column of the table.');
  });

  it('refuses the same file where it has changed since', async () => {
    const changing = inFolder('changing.csv');
    copyFileSync(customers, changing);
    const path = inFolder('changing.json');
    expect((await run('plan', sentence, '--data', changing, '--out', path)).exitCode).toBe(0);
    writeFileSync(changing, customersTable(239));
    const { exitCode, stderr } = await run('build', '--plan', path, '--yes');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/MW1120.*changed since the plan was made/);
  });

  it.each<[string, (plan: Plan) => string, string]>([
    ['no JSON', () => '{"format": 1,\n "sentence": }', 'is no JSON'],
    ['JSON of something else', () => '[]', '"the whole" is wrong'],
    ['a newer format', (plan) => JSON.stringify({ ...plan, format: 2 }), 'format 2'],
    ['a word that is none of the metrics', (plan) => JSON.stringify({ ...plan, metric: 'auc' }), '"metric" is wrong'],
    ['a key that plans do not have', (plan) => JSON.stringify({ ...plan, extra: 1 }), 'Unrecognized key: "extra"'],
    ['a rule that is none', (plan) => JSON.stringify({ ...plan, inputs: [{ ...plan.inputs[0], rule: { type: 'money' } }] }), '"inputs.0.rule.type" is wrong'],
    ['a budget below nothing', (plan) => JSON.stringify({ ...plan, budgetMs: -1 }), '"budgetMs" is wrong'],
  ])('refuses a file of %s, and names the place', async (_, contentOf, says) => {
    const path = inFolder('unreadable.json');
    writeFileSync(path, contentOf(usual));
    const { exitCode, last } = await run('build', '--plan', path, '--yes', '--json');
    expect(exitCode).toBe(2);
    expect(last).toMatchObject({ kind: 'error', code: 'MW1215', place: { file: path } });
    expect(last['message']).toContain(says);
  });

  it('refuses a file that is not there, and words that the plan says already', async () => {
    const nothing = await run('build', '--plan', inFolder('nothing.json'), '--yes');
    expect(nothing.exitCode).toBe(2);
    expect(nothing.stderr).toMatch(/MW1215.*cannot be read/);
    const path = planFile('said.json');
    const twice = await run('build', sentence, '--plan', path, '--cost-missed', '3', '--drop', 'tenure', '--yes');
    expect(twice.exitCode).toBe(2);
    expect(twice.stderr).toMatch(/MW1001.*the sentence, --drop, --cost-missed/);
  });
});

describe('a sentence that may mean two columns', LONG, () => {
  const unclear = ['predict tenure and monthly fee', '--data'];

  it.each([
    ['plan', []],
    ['plan', ['--yes']],
    ['build', []],
    ['build', ['--yes']],
  ])('is refused by %s with the options %j; each choice is told with the option that takes it', async (command, options) => {
    const { exitCode, stderr } = await run(command, ...unclear, customers, ...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('MW1202');
    expect(stderr).toMatch(/1 {2}(\w+) {2}\(its name fits .*\) {2}--target \1\n/);
    for (const column of ['tenure', 'monthly_fee']) expect(stderr).toMatch(new RegExp(`\\d {2}${column} {2}\\(.+\\) {2}--target ${column}\\n`));
  });

  it.each(['plan', 'build'])('gives programs the choices of %s as JSON', async (command) => {
    const { exitCode, last, stderr } = await run(command, ...unclear, customers, '--json', '--yes');
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(last).toMatchObject({ kind: 'error', code: 'MW1202', name: 'planning.target-unclear' });
    expect(last['choices']).toEqual(
      expect.arrayContaining(
        ['tenure', 'monthly_fee'].map((column) => ({ label: column, detail: expect.stringContaining('its name fits'), option: `--target ${column}` })),
      ),
    );
  });

  it('is refused with all columns where its words fit none', async () => {
    const { exitCode, stderr } = await run('plan', 'who will buzz', '--data', customers, '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('No column of the table fits the words');
    expect(stderr).toContain('--target reason_for_leaving');
  });
});

describe('two classes of which nothing says which one is looked for', LONG, () => {
  let kinds: string;
  beforeAll(() => {
    kinds = inFolder('two-kinds.csv');
    writeFileSync(kinds, `size,kind\n${Array.from({ length: 60 }, (_, row) => `${(row * 7) % 23},${row % 3 === 0 ? 'alpha' : 'beta'}`).join('\n')}\n`);
  });

  it.each(['plan', 'build'])('are refused by %s where nobody can be asked and it matters; each is told with the option that takes it', async (command) => {
    const words = [command, 'predict the kind', '--data', kinds, '--metric', 'f1'];
    const { exitCode, stderr } = await run(...words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('MW1218');
    expect(stderr).toMatch(/1 {2}alpha {2}\(a kind of alpha\) {2}--positive alpha\n/);
    expect(stderr).toMatch(/2 {2}beta {2}\(a kind of beta\) {2}--positive beta\n/);
    const { last } = await run(...words, '--json');
    expect(last).toMatchObject({ kind: 'error', code: 'MW1218', choices: [{ option: '--positive alpha' }, { option: '--positive beta' }] });
  });

  it('are taken by the best guess with --yes, by name, and where it makes no difference', async () => {
    const lookedFor = async (...more: string[]) => /Looks for +(\w+)/.exec((await run('plan', 'predict the kind', '--data', kinds, ...more)).text)?.[1];
    expect(await lookedFor('--metric', 'f1', '--yes')).toBe('alpha');
    expect(await lookedFor('--metric', 'f1', '--positive', 'beta')).toBe('beta');
    expect(await lookedFor('--metric', 'roc_auc')).toBe('alpha');
  });
});

describe('an option overrules what was decided', LONG, () => {
  const decision = (plan: Plan, what: Plan['decisions'][number]['what']) => plan.decisions.find((one) => one.what === what);

  it('of the target, by a column or by an expression over columns', async () => {
    expect(await planOf(sentence, '--target', 'contract')).toMatchObject({ target: 'contract', task: 'multiclass', metric: 'log_loss', derived: null });
    const made = await planOf(sentence, '--target', '"tenure" >= 12 AND "region" = \'north\'');
    expect(made).toMatchObject({ task: 'binary', classes: ['no', 'yes'], derived: { text: '"tenure" >= 12 AND "region" = \'north\'' } });
    expect(made.leftOut.filter(({ reason }) => reason === 'source').map(({ name }) => name)).toEqual(['tenure', 'region']);
    expect(decision(made, 'target')).toMatchObject({ certainty: 1, reason: 'you named it' });
  });

  it('of the task', async () => {
    expect(await planOf(sentence, '--target', 'tenure')).toMatchObject({ task: 'regression', classes: [] });
    const classes = await planOf(sentence, '--target', 'tenure', '--task', 'multiclass');
    expect(classes).toMatchObject({ task: 'multiclass', metric: 'log_loss' });
    expect(classes.classes.slice(0, 3)).toEqual(['0', '1', '2']);
    const unfit = await run('plan', sentence, '--data', customers, '--task', 'regression');
    expect(unfit.exitCode).toBe(2);
    expect(unfit.stderr).toMatch(/MW1216.*"left" is yes or no/);
  });

  it('of the metric', async () => {
    const plan = await planOf(sentence, '--metric', 'log-loss');
    expect(plan.metric).toBe('log_loss');
    expect(decision(plan, 'metric')).toMatchObject({ certainty: 1, reason: 'you named it' });
  });

  it('of the class that is looked for', async () => {
    expect((await planOf(sentence, '--positive', 'no')).classes).toEqual(['yes', 'no']);
    const unknown = await run('plan', sentence, '--data', customers, '--positive', 'nope');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toMatch(/MW1208[\s\S]*Its classes are no, yes/);
  });

  it('of the columns that are used', async () => {
    expect(usual.inputs.map(({ name }) => name)).toEqual(['signed_up', 'tenure', 'monthly_fee', 'contract', 'region']);
    const plan = await planOf(sentence, '--drop', 'tenure', '--keep', 'reason_for_leaving', '--keep', 'customer_id');
    expect(plan.inputs.map(({ name }) => name)).toEqual(['customer_id', 'signed_up', 'monthly_fee', 'contract', 'region', 'reason_for_leaving']);
    expect(plan.leftOut).toContainEqual({ name: 'tenure', reason: 'dropped', detail: 'you asked for it' });
    expect(plan.keptLeaks).toEqual(['reason_for_leaving']);
  });

  it('of the split', async () => {
    expect((await planOf(sentence, '--time', 'signed_up')).split).toMatchObject({ kind: 'time', column: 'signed_up' });
    const grouped = await planOf(sentence, '--group', 'region');
    expect(grouped.split).toMatchObject({ kind: 'group', column: 'region' });
    expect(grouped.leftOut).toContainEqual(expect.objectContaining({ name: 'region', reason: 'group' }));
    const random = await planOf(sentence, '--split', 'random');
    expect(random.split).toEqual({ kind: 'random' });
    expect(decision(random, 'split')).toMatchObject({ certainty: 1, reason: 'you asked for it' });
    const both = await run('plan', sentence, '--data', customers, '--split', 'random', '--time', 'signed_up');
    expect(both.exitCode).toBe(2);
    expect(both.stderr).toMatch(/MW1001.*--split random/);
  });

  it('of what a column is, and of how its cells are read', async () => {
    const data = inFolder('incomes.csv');
    const random = seededRandom(5);
    const rows = Array.from({ length: 120 }, (_, row) =>
      [`0${1 + random.below(9)}/0${1 + random.below(9)}/2023`, random.below(2), row % 10 === 3 ? -999 : 100 + random.below(5000), random.below(60)].join(','),
    );
    writeFileSync(data, `seen,smoker,income,age\n${rows.join('\n')}\n`);
    const open = await run('plan', 'predict the income', '--data', data);
    expect(open.text).toMatch(/Read as .*months before days {2}\(a guess: not all of it is settled by the file/);
    const usually = await run('plan', 'predict the income', '--data', data, '--metric', 'rmsle');
    expect(usually.stderr).toContain('goes down to -999');
    const { last } = await run(
      'plan',
      'predict the income',
      '--data',
      data,
      '--metric',
      'rmsle',
      '--missing',
      'income=-999',
      '--dates',
      'day-first',
      '--kind',
      'smoker=boolean',
      '--budget',
      '8s',
      '--json',
    );
    const plan = Plan.parse(last['plan']);
    expect(plan.targetRule.missing).toContain('-999');
    expect(plan.inputs).toMatchObject([
      { name: 'seen', kind: 'datetime', rule: { formats: ['dd/mm/yyyy'] } },
      { name: 'smoker', kind: 'boolean', rule: { yes: ['1'], no: ['0'] } },
      { name: 'age', kind: 'number' },
    ]);
    const path = inFolder('incomes.json');
    writeFileSync(path, JSON.stringify(plan));
    // The plan file says it all: nothing of the file is decided anew.
    const built = await run('build', '--plan', path, '--json', '--name', 'incomes');
    expect(built.lines.find(({ kind }) => kind === 'plan.approved')?.['plan']).toEqual(plan);
  });

  it('of how the file is cut, which a plan file keeps', async () => {
    const data = inFolder('colours.csv');
    const colours = ['red', 'green', 'blue'];
    writeFileSync(
      data,
      `${Array.from({ length: 90 }, (_, row) => `${colours[row % 3]};${['small', 'large'][row % 2]};${row % 5 < 2 ? 'yes' : 'no'}`).join('\n')}\n`,
    );
    const words = ['plan', 'predict column_3', '--data', data, '--delimiter', ';', '--header', 'no', '--encoding', 'utf-8'];
    const path = inFolder('colours.json');
    const { text } = await run(...words, '--out', path);
    expect(text).toMatch(/Learns from 2 columns .*, 90 rows/);
    expect(text).toMatch(
      /Read as +cells between semicolons, no line of names, utf-8 {2}\(sure: by --delimiter, --header, --encoding, and by what the file holds; .*--missing\)/,
    );
    const plan = Plan.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(plan.dataset).toMatchObject({ rowCount: 90, readAs: { delimiter: ';', hasHeader: false, encoding: 'utf-8' } });
    const built = await run('build', '--plan', path, '--json', '--name', 'colours');
    expect(built.lines.find(({ kind }) => kind === 'plan.approved')?.['plan']).toEqual(plan);
    const wrong = await run('plan', 'predict column_3', '--data', data, '--delimiter', '::');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/MW1001.*--delimiter takes no "::"/);
  });

  it('of what errors cost, how many can be acted on, and when it is asked', async () => {
    const said = `${sentence} Missing one costs ten times more than a false alarm, and we can call 50 a week.`;
    expect((await planOf(said)).costs).toEqual({ falsePositive: 1, falseNegative: 10, capacity: 50 });
    const overruled = await planOf(said, '--cost-missed', '3', '--cost-false-alarm', '2', '--capacity', '20', '--moment', 'at sign-up');
    expect(overruled).toMatchObject({ costs: { falsePositive: 2, falseNegative: 3, capacity: 20 }, moment: 'at sign-up' });
    for (const what of ['costs', 'capacity', 'moment'] as const)
      expect(decision(overruled, what)).toMatchObject({ certainty: 1, reason: expect.stringContaining('you named') });
  });

  it('of what an answer may cost', async () => {
    expect((await planOf(sentence, '--max-row-ms', '2', '--max-package-mb', '5')).limits).toEqual({
      maxRowMs: 2,
      maxBatchMsPerRow: 0.08,
      maxPackageBytes: 5_000_000,
    });
    const wrong = await run('plan', sentence, '--data', customers, '--max-batch-ms', 'fast');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/MW1001.*--max-batch-ms "fast" is not a number above 0/);
  });
});

describe('a person at a terminal', LONG, () => {
  const words = (command: string, ...more: string[]) => [command, 'predict tenure and monthly fee', '--data', customers, '--home', home, ...more];
  const prompt = 'Number or column name: ';

  it('is asked which column is meant, and answers by number', async () => {
    const session = openTerminalSession(words('plan'));
    await session.until('? Which column is to be predicted?');
    await session.until(prompt);
    const second = /2 {2}(\w+) {2}\(/.exec(session.shown())?.[1];
    session.type(`9${ENTER}`);
    await session.until('There are the numbers 1 to');
    await session.until(prompt);
    session.type(`2${ENTER}`);
    await session.until('? "reason_for_leaving"');
    await session.until('Number [1]: ');
    session.type(ENTER);
    await session.until(`predict ${second}`);
    await session.until('sure: you chose it');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
  });

  it('may answer with a column that was not offered, and is asked about one that knows the answer', async () => {
    const out = inFolder('answered.json');
    const session = openTerminalSession(words('plan', '--out', out));
    await session.until(prompt);
    session.type(`left${ENTER}`);
    await session.until('? "reason_for_leaving"');
    await session.until('Number [1]: ');
    session.type(`2${ENTER}`);
    await session.until('Kept in');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
    expect(Plan.parse(JSON.parse(readFileSync(out, 'utf8')))).toMatchObject({ target: 'left', keptLeaks: ['reason_for_leaving'] });
  });

  it('is asked again where what was typed is no column', async () => {
    const session = openTerminalSession(words('plan'));
    await session.until(prompt);
    session.type(`tenuer${ENTER}`);
    await session.until('The table has no column "tenuer". Did you mean "tenure"?');
    await session.until(prompt);
    session.type(`tenure${ENTER}`);
    await session.until('? "reason_for_leaving"');
    await session.until('Number [1]: ');
    session.type(ENTER);
    await session.until('predict tenure');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
  });

  it('may type a column that is called by a number, or a name in quotes; of many columns some are listed', async () => {
    const data = inFolder('years.csv');
    const random = seededRandom(4);
    const names = ['2', ...Array.from({ length: 29 }, (_, at) => String(1990 + at))];
    const rows = Array.from({ length: 60 }, () => names.map(() => random.below(900)).join(','));
    writeFileSync(data, `${[names.join(','), ...rows].join('\n')}\n`);
    for (const [typed, target] of [
      ['2001', '2001'],
      ['"2"', '2'],
    ]) {
      const session = openTerminalSession(['plan', 'who will buzz', '--data', data, '--header', 'yes', '--home', home]);
      await session.until('There are 10 more than these');
      await session.until(prompt);
      session.type(`99${ENTER}`);
      await session.until('There are the numbers 1 to 20.');
      await session.until(prompt);
      session.type(`${typed}${ENTER}`);
      await session.until(`predict ${target} (a number)`);
      expect(await session.ended).toEqual({ exitCode: 0, signal: null });
    }
  });

  it('is asked which class is looked for, where that could only be guessed and matters', async () => {
    const data = inFolder('kinds.csv');
    writeFileSync(data, `size,kind\n${Array.from({ length: 60 }, (_, row) => `${(row * 7) % 23},${row % 3 === 0 ? 'alpha' : 'beta'}`).join('\n')}\n`);
    const ask = (...more: string[]) => openTerminalSession(['plan', 'predict the kind', '--data', data, '--home', home, ...more]);
    const session = ask('--metric', 'f1');
    await session.until('? Which of the two classes of "kind" is looked for?');
    await session.until('1  alpha');
    session.type(`2${ENTER}`);
    await session.until('Looks for   beta');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
    // The ranking of two classes is the same from both ends.
    const other = ask('--metric', 'roc_auc');
    await other.until('a guess');
    expect(await other.ended).toEqual({ exitCode: 0, signal: null });
    expect(other.shown()).not.toContain('?');
  });

  it('is asked about a column that only may know the answer, which is used and told of where nobody is asked', async () => {
    const data = inFolder('screened.csv');
    const random = seededRandom(3);
    const rows = Array.from({ length: 400 }, (_, row) => {
      const isGood = random.next() < 0.5;
      return `${(random.next() * 30).toFixed(1)},${(random.next() + (isGood ? 0.2 : 0)).toFixed(3)},${(row % 80 === 7) === isGood ? 'b' : 'a'},${isGood ? 'yes' : 'no'}`;
    });
    writeFileSync(data, `width,sheen,screening,good\n${rows.join('\n')}\n`);
    const command = ['plan', 'which parts are good?', '--data', data, '--home', home];
    const told = (await run(...command.slice(0, 4))).text;
    expect(told).toMatch(/Learns from 3 columns/);
    expect(told).toMatch(/Note +"screening" may know the answer: tells the answer alone/);
    const leaves = openTerminalSession(command);
    await leaves.until('? "screening" tells the answer alone');
    leaves.type(ENTER);
    await leaves.until('screening  (would know the answer');
    expect(await leaves.ended).toEqual({ exitCode: 0, signal: null });
    const keeps = openTerminalSession(command);
    await keeps.until('? "screening" tells the answer alone');
    keeps.type(`2${ENTER}`);
    expect(await keeps.ended).toEqual({ exitCode: 0, signal: null });
    expect(keeps.shown().replaceAll(/\s+/g, ' ')).toContain('you said that it will be known');
    expect(keeps.shown()).not.toContain('Left out');
    expect(keeps.shown()).not.toMatch(/^ *Kept /m);
  });

  it('leaves such a column out by pressing Enter', async () => {
    const session = openTerminalSession(['plan', sentence, '--data', customers, '--home', home]);
    await session.until('Number [1]: ');
    session.type(ENTER);
    await session.until('Left out');
    await session.until('reason_for_leaving');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
  });

  it.each([
    ['Ctrl-D', CTRL_D],
    ['Ctrl-C', CTRL_C],
  ])('ends the question with %s and is told how to go on', async (_, keys) => {
    const session = openTerminalSession(words('plan'));
    await session.until(prompt);
    session.type(keys);
    await session.until('\nMW1202');
    await session.until('--target tenure');
    expect(await session.ended).toEqual({ exitCode: 2, signal: null });
    expect(session.shown()).not.toMatch(/^\s+at /m);
  });

  it('is not asked with --yes', async () => {
    for (const command of ['plan', 'build']) {
      const session = openTerminalSession(words(command, '--yes'));
      await session.until('MW1202');
      expect(await session.ended).toEqual({ exitCode: 2, signal: null });
      expect(session.shown()).not.toContain('Which column');
    }
  });

  it.each([
    ['Ctrl-D', CTRL_D],
    ['n', `n${ENTER}`],
  ])('does not approve a plan by %s, and nothing is trained', async (_, keys) => {
    const session = openTerminalSession(['build', sentence, '--data', customers, '--drop', 'reason_for_leaving', '--home', inFolder('unapproved')]);
    await session.until('[Enter] looks right');
    session.type(keys);
    await session.until('MW1211');
    expect(await session.ended).toEqual({ exitCode: 2, signal: null });
    expect((await runCommand(['list', '--json', '--home', inFolder('unapproved')])).last).toEqual({ kind: 'result', models: [] });
  });

  it('approves a plan with Enter', async () => {
    const session = openTerminalSession([
      'build',
      sentence,
      '--data',
      customers,
      '--drop',
      'reason_for_leaving',
      '--budget',
      '8s',
      '--name',
      'approved',
      '--home',
      home,
    ]);
    await session.until('[Enter] looks right');
    session.type(ENTER);
    await session.until('approved@1');
    expect(await session.ended).toEqual({ exitCode: 0, signal: null });
  });
});
