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
