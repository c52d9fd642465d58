/** What a user hands in beside the data: plans, recorded fits, words and variables, and expressions as they are parsed and as they are kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnType } from '../../src/domain/column.ts';
import { BuildRequest } from '../../src/domain/event.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { checkExpression, recheckExpression, type CheckedExpression } from '../../src/features/check-expression.ts';
import { compileForRow } from '../../src/features/compile.ts';
import { readPlanFile } from '../../src/doors/cli/plan-file.ts';
import { readRequest } from '../../src/doors/cli/read-request.ts';
import { readConfig } from '../../src/engine/config.ts';
import { checkPlan, refuseUnfitPlan } from '../../src/stages/planning/index.ts';
import { smallPlan, smallProfile } from '../fixtures/small-package.ts';
import { mutatedBytes } from './mutate-binary.ts';
import { mutatedJson } from './mutate-json.ts';
import { jsonBytes, textOf, type ReaderUnderTest } from './reader-under-test.ts';

const levels = [
  { level: 'no', count: 300 },
  { level: 'yes', count: 100 },
];
const plan: Plan = { ...smallPlan, targetRule: { type: 'text', missing: [] } };
/** The table that the plan was made for. */
const profile: Profile = { ...smallProfile, columns: [...smallProfile.columns, { ...smallProfile.columns[1], name: plan.target }] };

const someOptions = [
  {
    sentence: 'who leaves?',
    data: 'customers.csv',
    target: 'left',
    metric: 'roc-auc',
    positive: 'yes',
    drop: ['id'],
    budget: '90s',
    seed: '3',
    threads: '2',
    costMissed: '5',
  },
  {
    sentence: 'who leaves?',
    data: 'a.tsv',
    task: 'regression',
    delimiter: 'tab',
    header: 'yes',
    encoding: 'utf-8',
    dates: 'day-first',
    decimal: 'comma',
    kind: ['plz=category'],
  },
  {
    sentence: 'who leaves?',
    data: 'a.csv',
    split: 'random',
    missing: ['n/a', 'age=0'],
    capacity: '30',
    moment: 'at sign-up',
    time: 'day',
    group: 'customer',
    budget: '1m',
    keep: ['x'],
  },
];
const repeatable = ['drop', 'keep', 'kind', 'missing'];

/** As the parser of the command line hands options over: texts, and lists of texts where an option may be repeated. */
function asOptions(given: unknown): Record<string, unknown> {
  const texts = (value: unknown) => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  const entries = Object.entries(typeof given === 'object' && given !== null ? given : {});
  return Object.fromEntries(
    // Files are the business of other readers.
    entries.filter(([name]) => name !== 'plan' && name !== 'fits').map(([name, value]) => [name, repeatable.includes(name) ? texts(value) : texts(value)[0]]),
  );
}

const inputs = new Map<string, ColumnType>([
  ['n', 'number'],
  ['t', 'text'],
  ['b', 'boolean'],
  ['d', 'timestamp'],
]);
/** DuckDB's own trees of some expressions. */
const parsedExpressions: unknown[] = JSON.parse(readFileSync(new URL('parsed-expressions.json', import.meta.url), 'utf8'));

const row = { n: 2.5, t: 'Zürich', b: true, d: 1.7e15 };
function computes(expression: CheckedExpression): void {
  const value = compileForRow(expression)(row);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`an expression came to ${value}`);
}

/** Texts that are no JSON get no further: the tree comes from DuckDB's parser or from a document that was read as one. */
function treeOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    return undefined;
  }
}

export const requestReaders: ReaderUnderTest[] = [
  {
    name: 'plan',
    refusals: [],
    open(folder) {
      const path = join(folder, 'plan.json');
      return {
        seeds: [jsonBytes(plan)],
        mutate: mutatedJson,
        read(input) {
          writeFileSync(path, input);
          const read = readPlanFile(path);
          refuseUnfitPlan(checkPlan(read, profile, levels), 'customers.csv');
        },
      };
    },
  },
  {
    name: 'parsed-expression',
    refusals: [],
    open: () => ({
      seeds: parsedExpressions.map(jsonBytes),
      mutate: mutatedJson,
      read: (input) => computes(checkExpression(treeOf(input), inputs)),
    }),
  },
  {
    name: 'kept-expression',
    refusals: [],
    open: () => ({
      seeds: parsedExpressions.map((tree) => jsonBytes(checkExpression(tree, inputs))),
      mutate: mutatedJson,
      read: (input) => computes(recheckExpression(treeOf(input), inputs)),
    }),
  },
  {
    name: 'configuration',
    takesAnything: true,
    refusals: [],
    open: () => ({
      seeds: [Buffer.from('MODELWRIGHT_HOME=/srv/models\nMODELWRIGHT_CACHE=/var/cache/mw\nXDG_CACHE_HOME=\nHOME=/home/ada\n')],
      mutate: mutatedBytes,
      read(input) {
        // As the system hands them over: texts without a zero byte.
        const variables = textOf(input).replaceAll('\0', '').split('\n');
        const environment = Object.fromEntries(variables.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
        const { home, cacheRoots } = readConfig(environment, null);
        if (![home, ...cacheRoots].every((path) => typeof path === 'string' && path !== '')) throw new Error('a folder of the configuration has no name');
      },
    }),
  },
  {
    name: 'options',
    refusals: [],
    open: () => ({
      seeds: someOptions.map(jsonBytes),
      mutate: mutatedJson,
      read(input) {
        // What is asked for is the first event of a run: it has to be one that the log takes.
        const { sentence, ...options } = asOptions(treeOf(input));
        BuildRequest.parse(readRequest({ positional: typeof sentence === 'string' ? [sentence] : [], options, wantsJson: false }, 'build'));
      },
    }),
  },
  {
    name: 'recorded-fits',
    refusals: [],
    open(folder) {
      const fits = join(folder, 'fits.json');
      return {
        seeds: [readFileSync(new URL('../fixtures/concrete-fits.json', import.meta.url))],
        mutate: mutatedJson,
        read(input) {
          writeFileSync(fits, input);
          BuildRequest.parse(readRequest({ positional: ['how strong?'], options: { data: 'concrete.csv', fits }, wantsJson: false }, 'build'));
        },
      };
    },
  },
];
