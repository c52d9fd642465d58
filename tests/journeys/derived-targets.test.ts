import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Plan } from '../../src/domain/plan.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand, type Line } from '../support/command.ts';

const LONG = { timeout: 90_000 };

let folder: string;
let home: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'derived-targets-')));
  home = join(folder, 'home');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Cell = string | number;

/** A table in the folder, without the columns that are named. */
function writeTable(name: string, columns: string[], rows: Cell[][], without: string[] = []): string {
  const path = join(folder, name);
  const kept = columns.flatMap((column, at) => (without.includes(column) ? [] : [at]));
  writeFileSync(path, `${[columns, ...rows].map((row) => kept.map((at) => row[at]).join(',')).join('\n')}\n`);
  return path;
}

const run = (...words: string[]) => runCommand([...words, '--json', '--home', home]);

/** A build to its end: the plan that was carried out, how rows were split, and the result. */
async function build(sentence: string, data: string, name: string): Promise<{ plan: Plan; split: Line | undefined; result: Line }> {
  const { lines, last, stderr } = await run('build', sentence, '--data', data, '--name', name, '--budget', '12s', '--yes');
  expect({ kind: last.kind, stderr }).toEqual({ kind: 'result', stderr: '' });
  const of = (kind: string) => lines.find((line) => line.kind === kind);
  return { plan: Plan.parse(of('plan.approved')?.['plan']), split: of('split.made'), result: last };
}

const inputsOf = ({ inputs }: Plan) => inputs.map(({ name }) => name);

/** Answers of a model over a file, one object a row. */
async function answersOf(model: string, data: string): Promise<Record<string, unknown>[]> {
  const out = join(folder, `${model}.jsonl`);
  const { exitCode, last } = await run('predict', model, '--data', data, '--out', out);
  expect({ exitCode, kind: last.kind }).toEqual({ exitCode: 0, kind: 'result' });
  return readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a bar over a column: "more than 30 days late"', LONG, () => {
  const columns = ['invoice_id', 'region', 'amount', 'terms', 'channel', 'days_late'];
  const invoices = (seed: number, count: number): Cell[][] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, (_, row) => {
      const [region, amount, terms] = [random.below(5), 100 + random.next() * 5000, [14, 30, 60][random.below(3)]];
      const daysLate = Math.round(region * 12 + amount / 200 + (random.next() - 0.5) * 20 - 10);
      return [`I-${seed}-${row}`, `R${region}`, amount.toFixed(2), terms, ['web', 'mail'][random.below(2)], daysLate];
    });
  };

  it('becomes two classes; the column is needed to measure, and not to answer', async () => {
    const data = writeTable('invoices.csv', columns, invoices(1, 300));
    const { plan, result } = await build('which invoices will be paid more than 30 days late?', data, 'late');
    expect(plan).toMatchObject({
      task: 'binary',
      classes: ['no', 'yes'],
      split: { kind: 'random' },
      derived: { text: '"days_late" > 30', sources: [{ name: 'days_late' }], ahead: null },
    });
    expect(inputsOf(plan)).toEqual(['region', 'amount', 'terms', 'channel']);
    expect(plan.leftOut).toContainEqual(expect.objectContaining({ name: 'days_late', reason: 'source' }));
    expect(result).toMatchObject({ model: 'late@1', metric: 'roc_auc', verdict: 'worth-using' });

    const later = invoices(2, 120);
    const unlabelled = writeTable('new-invoices.csv', columns, later, ['days_late']);
    const answers = await answersOf('late', unlabelled);
    expect(answers).toHaveLength(120);
    const isLate = later.map((row) => Number(row[5]) > 30);
    const right = answers.filter(({ prediction }, row) => (prediction === 'yes') === isLate[row]);
    expect(right.length).toBeGreaterThan(90);

    const measured = await run('evaluate', 'late', '--data', writeTable('labelled-invoices.csv', columns, later));
    expect(measured.last).toMatchObject({ kind: 'result', metric: 'roc_auc', baseline: 0.5, rowCount: 120 });
    expect((measured.last['score'] as { low: number }).low).toBeGreaterThan(0.8);

    const unmeasured = await run('evaluate', 'late', '--data', unlabelled);
    expect(unmeasured.exitCode).toBe(4);
    expect(unmeasured.last).toMatchObject({ kind: 'error', code: 'MW1423', message: expect.stringContaining('"days_late"') });
  });
});

describe('a ratio of two columns: "price per square metre"', LONG, () => {
  const columns = ['flat_id', 'district', 'square_metres', 'year_built', 'floor', 'price'];
  const places: [string, number][] = [
    ['Mitte', 2500],
    ['Nord', 300],
    ['Sued', 900],
    ['West', 1200],
  ];
  const flats = (seed: number, count: number): Cell[][] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, (_, row) => {
      const [district, dearness] = places[random.below(4)];
      const [squareMetres, year] = [30 + random.below(120), 1950 + random.below(70)];
      const perMetre = 2000 + dearness + (year - 1950) * 15 + (random.next() - 0.5) * 400;
      return [`F-${seed}-${row}`, district, squareMetres, year, 1 + random.below(6), Math.round(perMetre * squareMetres)];
    });
  };

  it('becomes a number; what it is divided by is known, and what is divided is left out', async () => {
    const data = writeTable('flats.csv', columns, flats(1, 300));
    const { plan, result } = await build('price per square metre', data, 'dear');
    expect(plan).toMatchObject({
      task: 'regression',
      classes: [],
      target: 'price / square_metres',
      derived: { text: '"price" / "square_metres"', ahead: null },
    });
    expect(inputsOf(plan)).toEqual(['district', 'square_metres', 'year_built', 'floor']);
    expect(plan.leftOut).toContainEqual(expect.objectContaining({ name: 'price', reason: 'source' }));
    expect(result).toMatchObject({ metric: 'rmse', verdict: 'worth-using' });

    const others = flats(2, 60);
    const answers = await answersOf('dear', writeTable('new-flats.csv', columns, others, ['price']));
    const errors = answers.map(({ prediction }, row) => Math.abs(Number(prediction) - Number(others[row][5]) / Number(others[row][2])));
    // Chance alone moves a price by 100 on average.
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(200);

    const measured = await run('evaluate', 'dear', '--data', writeTable('labelled-flats.csv', columns, others));
    expect(measured.last).toMatchObject({ kind: 'result', metric: 'rmse', rowCount: 60 });
    expect((measured.last['score'] as { value: number }).value).toBeLessThan(Number(measured.last['baseline']) / 2);
  });
});

describe('a value of a later row: "will it rain tomorrow"', LONG, () => {
  const columns = ['date', 'humidity', 'pressure', 'temperature', 'rain'];
  /** A day's pressure says what the next day brings; the rows stand in no order. */
  const days = (count: number): Cell[][] => {
    const random = seededRandom(5);
    let isWetNext = false;
    const rows = Array.from({ length: count }, (_, day) => {
      const isWet = isWetNext;
      isWetNext = random.next() < 0.4;
      const date = new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);
      const pressure = (isWetNext ? 1004 : 1014) + random.next() * 12;
      return [date, (50 + random.next() * 30).toFixed(1), pressure.toFixed(1), (10 + 10 * Math.sin(day / 58)).toFixed(1), isWet ? 'yes' : 'no'];
    });
    return Array.from(random.shuffle(Int32Array.from(rows.keys())), (at) => rows[at]);
  };

  it('is taken from the next row in the order of time, and measured on later rows', async () => {
    const data = writeTable('weather.csv', columns, days(240));
    const { plan, split, result } = await build('will it rain tomorrow?', data, 'rain');
    expect(plan).toMatchObject({
      task: 'binary',
      classes: ['no', 'yes'],
      split: { kind: 'time', column: 'date' },
      derived: { text: '"rain"', ahead: { steps: 1, order: { name: 'date' }, series: null } },
    });
    // What today is like is known today.
    expect(inputsOf(plan)).toContain('rain');
    // The last day has no tomorrow.
    expect(Number(split?.['learnRows']) + Number(split?.['testRows'])).toBe(239);
    expect(result).toMatchObject({ verdict: 'worth-using' });
    const measured = await run('evaluate', 'rain', '--data', data);
    expect(measured.last).toMatchObject({ kind: 'result', rowCount: 239 });
    expect(await answersOf('rain', data)).toHaveLength(240);
  });

  it('is ordered within each series, as the card says, and by --time where that is named', async () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 40 }, (_, week) =>
      ['north', 'south', 'east', 'west'].map((store): Cell[] => {
        const start = Date.UTC(2023, 0, 2 + 7 * week);
        const iso = (shiftDays: number) => new Date(start + shiftDays * 86_400_000).toISOString().slice(0, 10);
        return [store, iso(0), iso(200 - 2 * 7 * week), random.below(100), 50 + random.below(40)];
      }),
    ).flat();
    const data = writeTable('stores.csv', ['store', 'week', 'audit_date', 'visitors', 'sales'], rows);
    const planOf = async (...options: string[]) => {
      const { exitCode, last } = await run('plan', 'what will the sales be', '--data', data, '--target', 'lead(sales, 1)', ...options);
      expect(exitCode).toBe(0);
      return Plan.parse(last['plan']);
    };
    const usual = await planOf();
    expect(usual).toMatchObject({ split: { column: 'week' }, derived: { ahead: { order: { name: 'week' }, series: { name: 'store' } } } });
    expect(usual.notes).toContainEqual(expect.stringContaining('in the order of "week", within each "store"'));
    const named = await planOf('--time', 'audit_date');
    expect(named).toMatchObject({ split: { column: 'audit_date' }, derived: { ahead: { order: { name: 'audit_date' }, series: { name: 'store' } } } });
    const card = await runCommand(['plan', 'what will the sales be', '--data', data, '--target', 'lead(sales, 1)', '--home', home]);
    expect(card.lines.map(({ text }) => text).join('\n')).toMatch(/Made as +sales, 1 row later in the order of week, within each store/);
  });
});
