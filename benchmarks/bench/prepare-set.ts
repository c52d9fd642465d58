import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Metric, TaskKind } from '../../src/domain/task.ts';
import { csvLine } from './csv.ts';
import { findTable, openDataset, TimeOrder } from './dataset.ts';
import { sidesOf } from './split.ts';

/** `task.json` of a prepared set: all that an engine is told. */
const Task = z.looseObject({
  name: z.string(),
  task: TaskKind,
  metric: Metric,
  target: z.string(),
  positive_class: z.string().nullable().default(null),
  intent: z.string().nullable().default(null),
  /** Columns that give a row its time, where the test rows are the latest ones. */
  time_order: TimeOrder.nullable().default(null),
});
export type Task = z.infer<typeof Task>;

export const openTask = (folder: string): Task => Task.parse(JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')));

export type Prepared = { kind: 'prepared'; trainRows: number; testRows: number; columns: number } | { kind: 'missing'; remedy: string };

/** Cells are written in pieces of this many characters. */
const PIECE = 1 << 20;

/**
 * Lays a public table out for the engines: train.csv, test.csv (without the target), truth.csv and task.json. Identifiers, known leaks and the
 * columns that only say what belongs together are dropped, so that every engine gets the same clean question. `areEqualTogether`: rows with the same
 * inputs are all training rows or all test rows, where the set has no other rule (groups, time).
 */
export function prepareSet(source: string, out: string, { seed, areEqualTogether = false }: { seed: number; areEqualTogether?: boolean }): Prepared {
  const dataset = openDataset(source);
  const found = findTable(source, dataset);
  if (found.kind === 'missing') return found;
  const { names, rows } = found.table;
  const target = dataset.target_index;
  const groups = dataset.group_column ?? [];
  const dropped = new Set([...dataset.id_columns, ...dataset.leak_columns, ...groups]);
  const kept = [...names.keys()].filter((place) => place === target || !dropped.has(names[place]));
  const inputs = kept.filter((place) => place !== target);
  const groupPlaces = groups.map((column) => names.indexOf(column));
  const pick = (row: readonly string[], places: readonly number[]) => csvLine(places.map((place) => row[place] ?? ''));
  const sides = sidesOf(dataset, names, rows(), { seed, ...(areEqualTogether && { inputsOf: (row) => pick(row, inputs) }) });

  mkdirSync(out, { recursive: true });
  const files = {
    train: openWriter(join(out, 'train.csv'), pick(names, kept)),
    test: openWriter(join(out, 'test.csv'), pick(names, inputs)),
    truth: openWriter(join(out, 'truth.csv'), pick(names, [target])),
    // What a row belongs to, for whoever wants to split by it; not given to the engines.
    ...(groups.length > 0 ? { groups: openWriter(join(out, 'train_groups.csv'), pick(names, groupPlaces)) } : {}),
  };
  let index = 0;
  for (const row of rows()) {
    const side = sides[index++];
    if (side === 'neither') continue;
    row[target] = labelOf(row[target] ?? '', dataset.task);
    if (side === 'train') {
      files.train.write(pick(row, kept));
      files.groups?.write(pick(row, groupPlaces));
    } else {
      files.test.write(pick(row, inputs));
      files.truth.write(pick(row, [target]));
    }
  }
  for (const file of Object.values(files)) file.close();
  const { name, task, metric, positive_class = null, intent, time_order = null } = dataset;
  writeFileSync(join(out, 'task.json'), `${JSON.stringify({ name, task, metric, positive_class, intent, target: names[target], groups, time_order })}\n`);
  const countOf = (wanted: string) => sides.filter((side) => side === wanted).length;
  return { kind: 'prepared', trainRows: countOf('train'), testRows: countOf('test'), columns: kept.length };
}

/** A number may be written as money: "$1,250.50". */
const labelOf = (cell: string, task: TaskKind) => (task === 'regression' ? cell.replaceAll(/[$,\s]/g, '') : cell.trim());

function openWriter(path: string, header: string) {
  let waiting = '';
  writeFileSync(path, header);
  const flush = () => {
    appendFileSync(path, waiting);
    waiting = '';
  };
  return {
    write: (line: string) => {
      waiting += line;
      if (waiting.length > PIECE) flush();
    },
    close: flush,
  };
}
