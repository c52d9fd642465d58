import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { Metric, TaskKind } from '../../src/domain/task.ts';
import { csvRows } from './csv.ts';

/** Columns that give a row its time, the coarser first, and how they are compared. */
export const TimeOrder = z.array(z.tuple([z.string(), z.enum(['text', 'int'])]));
export type TimeOrder = z.infer<typeof TimeOrder>;

/** `dataset.json`: the question asked of a public table, how its file is read, and where it comes from. */
const Dataset = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/),
  title: z.string(),
  task: TaskKind,
  target: z.string(),
  target_index: z.int().min(0),
  metric: Metric,
  positive_class: z.string().optional(),
  intent: z.string(),
  file: z.string().regex(/^[\w.-]+$/),
  format: z.strictObject({
    delimiter: z.string().length(1),
    quote: z.string().length(1).nullable(),
    encoding: z.enum(['utf-8', 'cp1252']),
    header_lines: z.int(),
  }),
  column_names: z.array(z.string()).optional(),
  /** Labels that mean "none": such rows are in neither part. */
  target_missing: z.array(z.string()).default([]),
  id_columns: z.array(z.string()).default([]),
  leak_columns: z.array(z.string()).default([]),
  group_column: z.array(z.string()).optional(),
  time_order: TimeOrder.optional(),
  /** `sha256` and `bytes` are of the file before it was gzipped. */
  source: z.strictObject({ repo: z.string(), commit: z.string(), path: z.string(), sha256: z.string().length(64), bytes: z.int() }),
  licence: z.string(),
});
export type Dataset = z.infer<typeof Dataset>;

export const bundledFolder = new URL('../data', import.meta.url).pathname;

export const listDatasets = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'dataset.json')))
    .sort();

export const openDataset = (folder: string): Dataset => Dataset.parse(JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')));

/** A table as its source has it: the names, and the rows anew for every pass. */
export type RawTable = { names: string[]; rows: () => Generator<string[]> };

export type TableFound = { kind: 'found'; table: RawTable } | { kind: 'missing'; remedy: string };

/** Reads the file, gzipped or as downloaded. Throws when its bytes are not those that the results of others were measured on. */
export function findTable(folder: string, { file, format, column_names: columnNames, source, name }: Dataset): TableFound {
  const gzipped = join(folder, file);
  const plain = gzipped.replace(/\.gz$/, '');
  const found = [gzipped, plain].find((path) => existsSync(path));
  if (found === undefined) {
    const address = `https://raw.githubusercontent.com/${source.repo}/${source.commit}/${source.path}`;
    return { kind: 'missing', remedy: `download ${address} as ${source.path.endsWith('.gz') ? gzipped : plain} (unpacked, its sha256 is ${source.sha256})` };
  }
  const stored = readFileSync(found);
  const bytes = found.endsWith('.gz') ? gunzipSync(stored) : stored;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== source.sha256) throw new Error(`the file of ${name} is not the one of its source: its sha256 is ${sha256}, not ${source.sha256}`);
  const text = new TextDecoder(format.encoding === 'cp1252' ? 'windows-1252' : 'utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const rows = function* () {
    let line = 0;
    for (const row of csvRows(text, format)) if (line++ >= format.header_lines) yield row;
  };
  const [header = []] = csvRows(text, format);
  const names = (columnNames ?? header).map((column, index) => column || `unnamed_${index}`);
  return { kind: 'found', table: { names, rows } };
}
