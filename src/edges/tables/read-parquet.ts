import { DuckDBStructType, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import { MAX_DEPTH } from './read-json.ts';

/** A column under the name that the file gives it, with the SQL that reads it. */
export type ParquetColumn = { name: string; sql: string };

/** A column or an object as the file itself names it, with what lies in it. */
type SchemaNode = { name: string; children: SchemaNode[] };

/**
 * The columns of a Parquet file; objects in objects become columns `outer.inner`, as in JSON. Names are those of the file: of two that differ in
 * capitals alone DuckDB renames one, so a `y` would be found under `Y`.
 * @param file as an SQL text @param read what to select from
 */
export async function findParquetColumns(connection: DuckDBConnection, file: string, read: string): Promise<ParquetColumn[]> {
  const schema = await connection.runAndReadAll(`SELECT name, num_children FROM parquet_schema(${file}) ORDER BY column_id`);
  const nodes = takeNodes(schema.getRows().map(([name, count]) => ({ name: String(name), childCount: Number(count ?? 0) })));
  const selected = await connection.runAndReadAll(`SELECT * FROM ${read} LIMIT 0`);
  const types = selected.columnTypes();
  const inFile = nodes.length === types.length ? nodes : selected.columnNames().map((name): SchemaNode => ({ name, children: [] }));
  return selected.columnNames().flatMap((name, at) => columnsOf(inFile[at], types[at], `"${name.replaceAll('"', '""')}"`, 1));
}

function columnsOf({ name, children }: SchemaNode, type: DuckDBType, sql: string, depth: number): ParquetColumn[] {
  const isObject = type instanceof DuckDBStructType && type.entryTypes.length === children.length && depth < MAX_DEPTH;
  if (!isObject) return [{ name, sql }];
  return type.entryTypes.flatMap((inner, at) =>
    columnsOf({ ...children[at], name: `${name}.${children[at].name}` }, inner, `struct_extract_at(${sql}, ${at + 1})`, depth + 1),
  );
}

/** The schema comes as a list, each node before its children; the first is the whole row. */
function takeNodes(listed: { name: string; childCount: number }[]): SchemaNode[] {
  let at = 0;
  const take = (): SchemaNode => {
    const { name, childCount } = listed[at++];
    return { name, children: Array.from({ length: childCount }, take) };
  };
  return take().children;
}
