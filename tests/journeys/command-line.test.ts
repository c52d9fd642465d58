import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand } from '../support/command.ts';

const LONG = 60_000;

let folder: string;
let home: string;
let built: Awaited<ReturnType<typeof runCommand>>;

/** What a command printed, its lines as they stood. */
async function run(...words: string[]) {
  const ended = await runCommand([...words, '--home', home]);
  return { ...ended, text: ended.lines.map((line) => line['text'] ?? JSON.stringify(line)).join('\n') };
}

const header = 'id,size,colour,"weight, kg",fate';
const rowsOf = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, row) => {
    const size = random.next() * 10;
    const colour = ['red', 'green', 'blue'][random.below(3)];
    const fate = size + (colour === 'red' ? 3 : 0) + random.next() * 2 > 6.5 ? 'kept, for long' : 'sold';
    return `R-${seed}-${row},${size.toFixed(3)},${colour},${(random.next() * 5).toFixed(2)},"${fate}"`;
  });
};
const table = (rows: string[]) => [header, ...rows].join('\n');

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-line-')));
  home = join(folder, 'home');
  writeFileSync(join(folder, 'train.csv'), table(rowsOf(1, 400)));
  writeFileSync(join(folder, 'new.csv'), table(rowsOf(2, 2500)));
  built = await runCommand([
    'build',
    'what is the fate of each',
    '--data',
    join(folder, 'train.csv'),
    '--budget',
    '8s',
    '--name',
    'fate',
    '--yes',
    '--json',
    '--home',
    home,
  ]);
}, LONG);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('build --json', () => {
  it('writes one event a line, in the order of their clock, and a result as the last', () => {
    expect(built.exitCode).toBe(0);
    expect(built.stderr).toBe('');
    const events = built.lines.slice(0, -1);
    expect(events[0].kind).toBe('run.requested');
    expect(events.at(-1)?.kind).toBe('run.finished');
    expect(new Set(events.map((event) => event['run'])).size).toBe(1);
    const spent = events.map((event) => Number(event['spentMs']));
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
  });

  it('ends with the names that programs rely on', () => {
    expect(built.last).toMatchObject({
      kind: 'result',
      model: 'fate@1',
      path: join(home, 'models', 'fate@1'),
      metric: 'roc_auc',
      score: { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      baseline: 0.5,
      verdict: 'worth-using',
      wallMs: expect.any(Number),
      budgetMs: 8000,
      rows: { train: expect.any(Number), test: expect.any(Number) },
      members: expect.any(Number),
    });
    const { low, value, high } = built.last['score'] as { low: number; value: number; high: number };
    expect(low <= value && value <= high).toBe(true);
  });
});

describe('predict', { timeout: LONG }, () => {
  const columns = ['prediction', 'probability_sold', 'probability_kept, for long'];
  const positive = 'sold';

  it('writes a row for each row in their order, as CSV, JSON lines or Parquet by the ending of the file', async () => {
    const answers = new Map<string, Record<string, unknown>[]>();
    for (const ending of ['csv', 'jsonl', 'parquet']) {
      const out = join(folder, `answers.${ending}`);
      const { exitCode, stderr } = await run('predict', 'fate', '--data', join(folder, 'new.csv'), '--out', out);
      expect(exitCode).toBe(0);
      expect(stderr).toContain('2,500 rows answered');
    }
    const [head, ...lines] = readFileSync(join(folder, 'answers.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe(`prediction,"probability_kept, for long",probability_${positive}`);
    answers.set(
      'jsonl',
      readFileSync(join(folder, 'answers.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    expect(lines).toHaveLength(2500);
    expect(answers.get('jsonl')).toHaveLength(2500);
    for (const [row, answer] of answers.get('jsonl')?.entries() ?? []) {
      expect(Object.keys(answer).toSorted()).toEqual(columns.toSorted());
      expect(lines[row].endsWith(`,${String(answer['probability_sold'])}`)).toBe(true);
    }
    // Parquet is read back by our own reader: the answers are a table like any other.
    const again = await run('build', 'prediction', '--data', join(folder, 'answers.parquet'), '--target', 'prediction', '--json');
    expect(again.lines.find(({ kind }) => kind === 'dataset.profiled')).toMatchObject({ columnCount: 3, dataset: { rowCount: 2500 } });
    expect(again.last).toMatchObject({ kind: 'error', code: expect.stringMatching(/^MW12/) });
  });

  it('answers alike in a file, on stdout and row by row', async () => {
    const row = { size: 9.5, colour: 'red', 'weight, kg': 2 };
    writeFileSync(join(folder, 'one.csv'), `size,colour,"weight, kg"\n9.5,red,2\n`);
    const single = await run('predict', 'fate', '--row', JSON.stringify(row), '--json');
    expect(single.last).toMatchObject({ kind: 'result', model: 'fate@1', prediction: 'kept, for long' });
    const file = await run('predict', 'fate', '--data', join(folder, 'one.csv'), '--json');
    expect(file.last).toMatchObject({ kind: 'result', rowCount: 1 });
    const answered = JSON.parse(file.text.split('\n')[0].replace(/^unreadable /, ''));
    const { probabilities } = single.last as unknown as { probabilities: Record<string, number> };
    expect(answered['probability_sold']).toBeCloseTo(probabilities['sold'], 9);
  });

  it('takes values it has not met with a warning, and refuses them when told to', async () => {
    const row = JSON.stringify({ size: 'big', colour: 'pink', 'weight, kg': null });
    const lenient = await run('predict', 'fate', '--row', row);
    expect(lenient.exitCode).toBe(0);
    expect(lenient.stderr).toMatch(/"size".*unreadable/);
    expect(lenient.stderr).toMatch(/"colour".*never seen/);
    const strict = await run('predict', 'fate', '--row', row, '--strict');
    expect(strict.exitCode).toBe(4);
    expect(strict.stderr).toContain('MW1421');
  });

  it('refuses a file that lacks a column, and an ending that it does not know', async () => {
    writeFileSync(join(folder, 'short.csv'), 'size,colour\n1,red\n');
    const short = await run('predict', 'fate', '--data', join(folder, 'short.csv'));
    expect(short.exitCode).toBe(4);
    expect(short.stderr).toMatch(/MW1420.*weight, kg/);
    const unknown = await run('predict', 'fate', '--data', join(folder, 'new.csv'), '--out', join(folder, 'answers.xlsx'));
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain('.parquet');
  });
});

describe('commands about what is kept', { timeout: LONG }, () => {
  it('measures, lists, shows and verifies the model', async () => {
    const measured = await run('evaluate', 'fate', '--data', join(folder, 'new.csv'));
    expect(measured.text).toMatch(/^roc_auc 0\.\d+ to \d\.\d+ {2}\(best estimate 0\.\d+, baseline 0\.500\), on 2,500 rows$/);
    expect((await run('list')).text).toMatch(/^MODEL.*\nfate@1 +fate +roc_auc/);
    const shown = (await run('show', 'fate')).text;
    expect(shown).toContain('predicts   fate (kept, for long, sold)');
    expect(shown).toMatch(/colour +category +(red|green|blue), (red|green|blue), (red|green|blue)/);
    expect((await run('verify', 'fate@1')).text).toMatch(/^Verified: 7 files as signed/);
    expect((await run('runs', '--json')).last).toMatchObject({
      kind: 'result',
      runs: expect.arrayContaining([expect.objectContaining({ state: 'finished', model: 'fate@1' })]),
    });
  });

  it('copies the report, and says why where it cannot', async () => {
    const copy = join(folder, 'report.html');
    expect((await run('report', 'fate', '--out', copy)).text).toBe(copy);
    expect(readFileSync(copy, 'utf8')).toContain('<!doctype html>');
    const nowhere = await run('report', 'fate', '--out', join(folder, 'nowhere', 'report.html'));
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).toContain('MW1050');
  });

  it('exports a package that another home opens only once it trusts the key', async () => {
    const place = join(folder, 'exported');
    expect((await run('export', 'fate', place)).exitCode).toBe(0);
    const other = ['--home', join(folder, 'other')];
    const refused = await runCommand(['verify', place, ...other]);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toMatch(/MW1407[\s\S]*trust/);
    expect((await runCommand(['trust', join(place, 'public-key.pem'), ...other])).exitCode).toBe(0);
    expect((await runCommand(['verify', place, ...other])).exitCode).toBe(0);
    // The folder is taken now by something else.
    writeFileSync(join(place, 'more.txt'), 'x');
    const taken = await run('export', 'fate', place);
    expect(taken.exitCode).toBe(2);
    expect(taken.stderr).toContain('MW1453');
  });

  it('names the closest where a model, a run or a code is not known', async () => {
    expect((await run('show', 'faet')).stderr).toContain('Did you mean "fate"?');
    expect((await run('rm', 'r_nothing')).stderr).toContain('MW2011');
    expect((await run('rm', 'fate')).stderr).toMatch(/rm fate@1$/m);
    expect((await runCommand(['explain', 'data.no-row'])).stderr).toContain('"data.no-rows"');
    expect((await runCommand(['explain', 'mw1104'])).lines.map(({ text }) => text).join()).toContain('The target has one value only');
  });
});

describe('wrong words', { timeout: LONG }, () => {
  it.each([
    [['buidl', 'x'], 'Did you mean "build"?'],
    [['build', 'x', '--dta', 'x.csv'], 'Did you mean "--data"?'],
    [['build', 'x'], 'needs --data FILE'],
    [['build'], 'modelwright build "<sentence>" --data <FILE>'],
    [['predict', 'm', '--data'], '--data FILE needs its value'],
    [['build', 'two', 'words', '--data', 'x.csv'], 'Put a sentence in quotes'],
    [['build', 'x', '--data', 'x.csv', '--budget', '10 minutes'], 'Write it like 60s, 5m or 1h'],
    [['build', 'x', '--data', 'x.csv', '--metric', 'auc'], 'Did you mean "roc_auc"?'],
    [['build', 'x', '--data', 'x.csv', '--threads', 'many'], 'whole number'],
    [['predict', 'm', '--row', '[1]'], 'not a JSON object'],
    [['predict', 'm'], '--data FILE or --row JSON'],
    [['list', '--verbose'], 'no option --verbose'],
  ])('are told with exit code 2 and what was meant: %j', async (words, says) => {
    const ended = await runCommand(words, { environment: { MODELWRIGHT_HOME: home, MODELWRIGHT_COMMAND: 'modelwright' } });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr.replaceAll('\n', ' ')).toContain(says);
    expect(ended.stderr.match(/^MW\d+/gm)).toEqual(['MW1001']);
    expect(ended.lines).toEqual([]);
  });

  it('are told as one line of JSON where JSON was asked for', async () => {
    const ended = await runCommand(['build', '--json']);
    expect(ended).toMatchObject({ exitCode: 2, stderr: '', lines: [{ kind: 'error', code: 'MW1001', name: 'usage.unknown-option' }] });
  });
});

describe('help and version', { timeout: LONG }, () => {
  it('are answered on stdout with exit code 0; no words at all are wrong usage', async () => {
    const text = async (...words: string[]) => {
      const { lines, exitCode, stderr } = await runCommand(words);
      return { exitCode, stderr, text: lines.map((line) => line['text'] ?? String(line)).join('\n') };
    };
    expect((await runCommand(['--version'])).exitCode).toBe(0);
    expect(await text('--help')).toMatchObject({ exitCode: 0, stderr: '', text: expect.stringContaining('Exit codes: 0 done') });
    expect((await text('help', 'build')).text).toContain('Metrics: roc_auc');
    expect(await text()).toMatchObject({ exitCode: 2, text: '', stderr: expect.stringContaining('Commands:') });
  });
});
