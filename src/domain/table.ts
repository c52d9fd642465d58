import type { Column, Table } from './column.ts';

/** The rows of a table in the order asked for; text keeps its levels. */
export function takeRows(table: Table, rows: Int32Array): Table {
  const columns = new Map<string, Column>();
  for (const [name, column] of table.columns) columns.set(name, takeFrom(column, rows));
  return { rowCount: rows.length, columns };
}

function takeFrom(column: Column, rows: Int32Array): Column {
  if (column.type === 'text') return { type: 'text', codes: gather(column.codes, new Int32Array(rows.length), rows), levels: column.levels };
  if (column.type === 'boolean') return { type: 'boolean', values: gather(column.values, new Uint8Array(rows.length), rows) };
  return { type: column.type, values: gather(column.values, new Float64Array(rows.length), rows) };
}

function gather<T extends { [index: number]: number }>(from: T, into: T, rows: Int32Array): T {
  for (let i = 0; i < rows.length; i++) into[i] = from[rows[i]];
  return into;
}

/** The named columns of a table; throws when one is not there. */
export function takeColumns(table: Table, names: string[]): Table {
  return { rowCount: table.rowCount, columns: new Map(names.map((name) => [name, getColumnOf(table, name)])) };
}

export function getColumnOf(table: Table, name: string): Column {
  const column = table.columns.get(name);
  if (!column) throw new Error(`the table was read without its column "${name}"`);
  return column;
}

/**
 * An id for every class of rows that are equal in all columns, −1 for a row that is like no other. Two independent 32-bit hashes
 * of the values tell rows apart: a false match has odds of 2⁻⁶⁴ a pair.
 */
export function equalRowIds(table: Table): Int32Array {
  const { rowCount } = table;
  const first = new Uint32Array(rowCount).fill(0x811c9dc5);
  const second = new Uint32Array(rowCount).fill(0x9747b28c);
  const bits = new Uint32Array(2);
  const asFloat = new Float64Array(bits.buffer);
  const mix = (row: number, word: number) => {
    first[row] = Math.imul(first[row] ^ word, 0x01000193);
    first[row] ^= first[row] >>> 15;
    let value = Math.imul(word, 0xcc9e2d51);
    value = (value << 15) | (value >>> 17);
    value = second[row] ^ Math.imul(value, 0x1b873593);
    second[row] = Math.imul((value << 13) | (value >>> 19), 5) + 0xe6546b64;
  };
  for (const column of table.columns.values()) {
    if (column.type === 'text') for (let row = 0; row < rowCount; row++) mix(row, column.codes[row]);
    else if (column.type === 'boolean') for (let row = 0; row < rowCount; row++) mix(row, column.values[row]);
    else {
      for (let row = 0; row < rowCount; row++) {
        // One bit pattern for every NaN and for both zeros.
        asFloat[0] = Number.isNaN(column.values[row]) ? Number.NaN : column.values[row] + 0;
        mix(row, bits[0]);
        mix(row, bits[1]);
      }
    }
  }
  const firstRowOf = new Map<bigint, number>();
  const ids = new Int32Array(rowCount).fill(-1);
  for (let row = 0; row < rowCount; row++) {
    const key = (BigInt(first[row]) << 32n) | BigInt(second[row]);
    const known = firstRowOf.get(key);
    if (known === undefined) firstRowOf.set(key, row);
    else ids[row] = ids[known] = known;
  }
  return ids;
}
