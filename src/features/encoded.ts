import type { ColumnType, Row, Table } from '../domain/column.ts';

/**
 * Rows as the graph sees them. `values`: row-major rowCount × columnCount float32, NaN for missing: the F base columns, then each
 * fold's extra columns. Text, where the model reads any: each row's TF-IDF terms padded to `textWidth` with id = vocabularySize, weight 0.
 */
export type EncodedRows = {
  rowCount: number;
  columnCount: number;
  values: Float32Array;
  textWidth: number;
  textIds: Int32Array;
  textWeights: Float32Array;
};

/** The feature file opened: the same fitted encoding over a table's columns and over one row. */
export type Encoder = {
  /** The columns it reads. */
  inputs: readonly { name: string; type: ColumnType }[];
  encode(table: Table): EncodedRows;
  encodeRow(row: Row): EncodedRows;
};
