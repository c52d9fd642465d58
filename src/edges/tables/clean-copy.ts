import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadOptions } from './load-limits.ts';
import { MAX_ROW_LENGTH, type Cutting } from './parse-delimited.ts';
import { sqlText } from './query.ts';

/** A place for a file for the time that the work takes. No folder: in its cage a reader may make none. */
export async function inScratch<T>(options: LoadOptions, work: (place: string) => Promise<T>): Promise<T> {
  const place = join(options.tempDirectory, `table-${++placeCount}`);
  try {
    return await work(place);
  } finally {
    await rm(place, { force: true });
  }
}

let placeCount = 0;

export function readCsv(path: string, cutting: Pick<Cutting, 'delimiter' | 'quote'>, width: number, hasHeader: boolean, isGzip: boolean): string {
  const columns = Array.from({ length: width }, (_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  return (
    `read_csv(${sqlText(literalPath(path))}, auto_detect = false, delim = ${sqlText(cutting.delimiter)}, quote = ${sqlText(cutting.quote)}, escape = ${sqlText(cutting.quote)}, ` +
    `header = ${hasHeader}, columns = {${columns}}, nullstr = '', strict_mode = true, hive_partitioning = false, max_line_size = ${MAX_ROW_LENGTH}, compression = '${isGzip ? 'gzip' : 'none'}')`
  );
}

/** DuckDB takes names with * ? [ for patterns; a class of one character stands for itself. */
export const literalPath = (path: string) => path.replaceAll(/[*?[]/g, (character) => `[${character}]`);

/** A clean copy (UTF-8, commas, every cell quoted) as DuckDB reads it. */
export const selectCopy = (copy: string, width: number) => readCsv(copy, { delimiter: ',', quote: '"' }, width, false, false);

export const cleanLine = (cells: string[]) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;

/** A line that DuckDB would refuse. */
export const isTooLong = (line: string) => line.length > MAX_ROW_LENGTH / 4 && Buffer.byteLength(line) > MAX_ROW_LENGTH;
