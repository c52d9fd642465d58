import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';

/** A text as an SQL literal. */
export const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** All rows of a small result. */
export async function readRows(connection: DuckDBConnection, sql: string): Promise<DuckDBValue[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

/** Every chunk of a result in turn, with the number of its first row; one is in memory at a time. */
export async function forEachChunk(connection: DuckDBConnection, sql: string, take: (chunk: DuckDBDataChunk, start: number) => void): Promise<void> {
  const result = await connection.stream(sql);
  for (let start = 0; ;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    take(chunk, start);
    start += chunk.rowCount;
  }
}

/** Columns of DOUBLE or INTEGER without NULL, for a known number of rows, put where `into` says. */
export async function readNumbersInto(connection: DuckDBConnection, sql: string, into: (Float64Array | Int32Array)[]): Promise<void> {
  await forEachChunk(connection, sql, (chunk, start) => {
    for (let column = 0; column < into.length; column++) {
      const vector = chunk.getColumnVector(column);
      const target = into[column];
      for (let i = 0; i < chunk.rowCount; i++) target[start + i] = Number(vector.getItem(i));
    }
  });
}

/** Up to so many rows texts are taken out as they are: a statement costs a wide table more than its cells do. */
export const SMALL_ROWS = 50_000;
const CELLS_A_PASS = 4_000_000;
const MAX_COLUMNS_A_PASS = 500;

/** The texts of columns of a table of few rows, several columns in one pass; null is a cell that holds nothing. */
export async function forEachText(
  connection: DuckDBConnection,
  indices: number[],
  rowCount: number,
  take: (at: number, row: number, text: string | null) => void,
): Promise<void> {
  const columnsAPass = Math.min(MAX_COLUMNS_A_PASS, Math.max(1, Math.floor(CELLS_A_PASS / Math.max(rowCount, 1))));
  for (let from = 0; from < indices.length; from += columnsAPass) {
    const pass = indices.slice(from, from + columnsAPass);
    await forEachChunk(connection, `SELECT ${pass.map((index) => `c${index}`).join(', ')} FROM raw`, (chunk, start) => {
      for (let at = 0; at < pass.length; at++) {
        const cells = chunk.getColumnVector(at);
        for (let row = 0; row < chunk.rowCount; row++) {
          const cell = cells.getItem(row);
          take(from + at, start + row, cell === null ? null : String(cell));
        }
      }
    });
  }
}

/** The columns of a result whose every column is DOUBLE and never NULL. */
export async function readDoubles(connection: DuckDBConnection, sql: string, columnCount: number): Promise<Float64Array[]> {
  const pieces: Float64Array[][] = Array.from({ length: columnCount }, () => []);
  let total = 0;
  await forEachChunk(connection, sql, (chunk) => {
    for (let column = 0; column < columnCount; column++) {
      const vector = chunk.getColumnVector(column);
      pieces[column].push(Float64Array.from({ length: chunk.rowCount }, (_, i) => Number(vector.getItem(i))));
    }
    total += chunk.rowCount;
  });
  return pieces.map((parts) => {
    const joined = new Float64Array(total);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  });
}
