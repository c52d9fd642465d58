import type { Column, Table } from '../domain/column.ts';

/**
 * A table in pieces of at most `most` rows. Numbers are views, not copies; a text column of a piece has only the levels that its rows
 * have, so that the work on a piece grows with the piece and not with the table.
 */
export function* tableChunks(table: Table, most: number): Generator<Table> {
  for (let from = 0; from < table.rowCount; from += most) {
    const to = Math.min(from + most, table.rowCount);
    const columns = new Map<string, Column>();
    for (const [name, column] of table.columns) columns.set(name, cut(column, from, to));
    yield { rowCount: to - from, columns };
  }
}

function cut(column: Column, from: number, to: number): Column {
  switch (column.type) {
    case 'text':
      return cutText(column.codes.subarray(from, to), column.levels);
    case 'boolean':
      return { type: 'boolean', values: column.values.subarray(from, to) };
    default:
      return { type: column.type, values: column.values.subarray(from, to) };
  }
}

function cutText(codes: Int32Array, levels: readonly string[]): Column {
  const newCodes = new Map<number, number>([[-1, -1]]);
  const kept: string[] = [];
  const recoded = codes.map((code) => {
    const known = newCodes.get(code);
    if (known !== undefined) return known;
    newCodes.set(code, kept.length);
    return kept.push(levels[code]) - 1;
  });
  return { type: 'text', codes: recoded, levels: kept };
}
