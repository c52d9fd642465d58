import type { Column, ColumnType, Row, Table, Value } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import { recheckExpression } from './check-expression.ts';
import { compileForRow, compileForTable } from './compile.ts';
import type { EncodedRows, Encoder } from './encoded.ts';
import { openDictionary, type OpenedDictionary } from './dictionary.ts';
import { FEATURES_FORMAT, FeatureFile, type LevelDictionary, type PairDictionary } from './feature-file.ts';
import { addUpLevels, type LookupColumn } from './level-sums.ts';
import { openTextSums, type OpenedTextSums, type TableText, type TextRows } from './text-sums.ts';
import { openTextEncoding, type TextTerms } from './text.ts';

const asFloats = (values: LookupColumn['values']) => Float32Array.from(values, (value) => value ?? Number.NaN);

/** A typed column as numbers; text has no number of its own. */
function numbersOf(column: Column): Float64Array {
  switch (column.type) {
    case 'number':
    case 'timestamp':
      return column.values;
    case 'boolean':
      return Float64Array.from(column.values, (value) => (value === 255 ? Number.NaN : value));
    default:
      throw new Error('a text feature needs a dictionary');
  }
}

const numberOf = (value: Value) => (typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : Number.NaN);

const FLOAT32_MAX = 3.4028234663852886e38;
/** Learners refuse infinities, and a float64 beyond float32 would become one. */
const inFloat32 = (value: number) => (value > FLOAT32_MAX ? FLOAT32_MAX : value < -FLOAT32_MAX ? -FLOAT32_MAX : value);

/** What an opened feature file can do; `Encoder` is the part that answering needs. */
export type OpenedEncoder = Encoder & {
  file: FeatureFile;
  baseColumnCount: number;
  vocabularySize: number;
  /** Base columns only, column-major, as the training matrix wants them. `text` is the table's, where it is known already. */
  encodeBase(table: Table, text?: TextRows): Float32Array;
  /** TF-IDF terms of every row as a CSR matrix. */
  encodeText(table: Table): TableText;
  /** Dictionary entries of every row, one array a dictionary. */
  encodeEntries(table: Table): Int32Array[];
};

/** Reads a feature file, checks every expression in it again and compiles it; throws MW1410 when it is not one. */
export function openEncoder(stored: unknown): OpenedEncoder {
  const file = parseFeatureFile(stored);
  const types = new Map(file.inputs.map(({ name, type }) => [name, type]));
  const expressions = file.features.map(({ expression }) => recheckExpression(expression, types));
  const tableFeatures = expressions.map((expression) => compileForTable(expression));
  const rowFeatures = expressions.map((expression) => compileForRow(expression));
  const dictionaries: OpenedDictionary[] = [];
  for (const dictionary of file.dictionaries) dictionaries.push(openDictionary(dictionary, dictionaries));
  const textBlocks = file.text.map((encoding) => ({ feature: encoding.feature, block: openTextEncoding(encoding) }));
  const vocabularySize = file.text.reduce((size, { terms }) => size + terms.length, 0);
  const lookups = [
    ...file.columns.map((column) => (column.kind === 'lookup' ? { dictionary: column.dictionary, values: asFloats(column.values) } : null)),
    ...file.folds.flat().map((column) => ('values' in column ? { dictionary: column.dictionary, values: asFloats(column.values) } : null)),
  ];
  const levelSums = [...file.columns, ...file.folds.flat()].map((column) => ('effects' in column ? column : null));
  const deviationTables = file.columns.map((column) => Float64Array.from(column.kind === 'deviation' ? column.values : [], (value) => value ?? Number.NaN));
  const baseColumnCount = file.columns.length;
  const columnCount = lookups.length;
  const allSums = openSums(file, vocabularySize, columnCount);
  const baseSums = openSums(file, vocabularySize, baseColumnCount);
  /** Features of a table, each computed when it is first asked for. */
  function featuresOf(table: Table) {
    const columns = new Map<number, Column>();
    return (index: number): Column => {
      const column = columns.get(index) ?? tableFeatures[index](table);
      columns.set(index, column);
      return column;
    };
  }

  /** Writes matrix column `index` into `values`: row r at `first + r × step`. Millions of cells: no call a cell. */
  function fillColumn(index: number, of: (feature: number) => Column, entries: Int32Array[], values: Float32Array, first: number, step: number): void {
    const lookup = lookups[index];
    const levelSum = levelSums[index];
    const column = file.columns[index];
    if (lookup) {
      const rows = entries[lookup.dictionary];
      const table = lookup.values;
      for (let row = 0, at = first; row < rows.length; row++, at += step) values[at] = table[rows[row]];
    } else if (levelSum) {
      for (let row = 0, at = first; row < entries[0].length; row++, at += step) values[at] = addUpLevels(levelSum, (dictionary) => entries[dictionary][row]);
    } else if (column?.kind === 'indicator') {
      const rows = entries[column.dictionary];
      const { entry } = column;
      for (let row = 0, at = first; row < rows.length; row++, at += step) values[at] = rows[row] === entry ? 1 : 0;
    } else if (column?.kind === 'number') {
      const numbers = numbersOf(of(column.feature));
      for (let row = 0, at = first; row < numbers.length; row++, at += step) values[at] = inFloat32(numbers[row]);
    } else if (column?.kind === 'deviation') {
      const numbers = numbersOf(of(column.feature));
      const rows = entries[column.dictionary];
      const usual = deviationTables[index];
      for (let row = 0, at = first; row < numbers.length; row++, at += step) values[at] = inFloat32(numbers[row] - usual[rows[row]]);
    }
  }

  function entriesIn(of: (feature: number) => Column): Int32Array[] {
    const entries: Int32Array[] = [];
    for (const dictionary of dictionaries) entries.push(dictionary.entriesIn(of, entries));
    return entries;
  }

  /** Writes the columns that are sums over text: column c of row r at `c × columnStep + r × rowStep`. */
  function fillSums({ columns, sums }: ColumnSums, { start, ...terms }: TextRows, values: Float32Array, columnStep: number, rowStep: number): void {
    if (columns.length === 0) return;
    for (let row = 0; row + 1 < start.length; row++) {
      sums.addUp(terms, start[row], start[row + 1]);
      for (let at = 0; at < columns.length; at++) values[columns[at] * columnStep + row * rowStep] = inFloat32(sums.sums[at]);
    }
  }

  /** Each text is read once, however many rows hold it. */
  function textIn(of: (feature: number) => Column, rowCount: number): TextRows {
    const blocks = textBlocks.map(({ feature, block }) => {
      const column = of(feature);
      if (column.type !== 'text') throw new Error('a text block stands on a text feature');
      const { codes, levels } = column;
      const termsOf = Array.from<TextTerms | undefined>({ length: levels.length });
      for (const code of codes) if (code >= 0) termsOf[code] ??= block.encode(levels[code]);
      return (row: number) => (codes[row] < 0 ? undefined : termsOf[codes[row]]);
    });
    const start = new Int32Array(rowCount + 1);
    for (let row = 0; row < rowCount; row++) {
      start[row + 1] = start[row];
      for (const termsOf of blocks) start[row + 1] += termsOf(row)?.ids.length ?? 0;
    }
    const ids = new Int32Array(start[rowCount]);
    const weights = new Float32Array(start[rowCount]);
    for (let row = 0; row < rowCount; row++) {
      let at = start[row];
      for (const termsOf of blocks) {
        const terms = termsOf(row);
        if (!terms) continue;
        ids.set(terms.ids, at);
        weights.set(terms.weights, at);
        at += terms.ids.length;
      }
    }
    return { start, ids, weights };
  }

  function sameTexts(of: (feature: number) => Column, rowCount: number): Int32Array {
    const codes = [...new Set(textBlocks.map(({ feature }) => feature))]
      .map((feature) => of(feature))
      .flatMap((column) => (column.type === 'text' ? [column.codes] : []));
    const first = new Map<string, number>();
    return Int32Array.from({ length: rowCount }, (_, row) => {
      const key = codes.map((ofRow) => ofRow[row]).join();
      const known = first.get(key) ?? row;
      first.set(key, known);
      return known;
    });
  }

  function padded(text: TextRows, rowCount: number) {
    let textWidth = textBlocks.length > 0 ? 1 : 0;
    for (let row = 0; row < rowCount; row++) textWidth = Math.max(textWidth, text.start[row + 1] - text.start[row]);
    const textIds = new Int32Array(rowCount * textWidth).fill(vocabularySize);
    const textWeights = new Float32Array(rowCount * textWidth);
    for (let row = 0; row < rowCount; row++) {
      textIds.set(text.ids.subarray(text.start[row], text.start[row + 1]), row * textWidth);
      textWeights.set(text.weights.subarray(text.start[row], text.start[row + 1]), row * textWidth);
    }
    return { textWidth, textIds, textWeights };
  }

  return {
    file,
    inputs: file.inputs,
    baseColumnCount,
    vocabularySize,
    encodeBase(table, text) {
      const of = featuresOf(table);
      const entries = entriesIn(of);
      const values = new Float32Array(table.rowCount * baseColumnCount);
      for (let index = 0; index < baseColumnCount; index++) fillColumn(index, of, entries, values, index * table.rowCount, 1);
      if (baseSums.columns.length > 0) fillSums(baseSums, text ?? textIn(of, table.rowCount), values, table.rowCount, 1);
      return values;
    },
    encodeText(table) {
      const of = featuresOf(table);
      return { ...textIn(of, table.rowCount), same: sameTexts(of, table.rowCount) };
    },
    encodeEntries: (table) => entriesIn(featuresOf(table)),
    encode(table): EncodedRows {
      const { rowCount } = table;
      const of = featuresOf(table);
      const entries = entriesIn(of);
      const values = new Float32Array(rowCount * columnCount);
      for (let index = 0; index < columnCount; index++) fillColumn(index, of, entries, values, index, columnCount);
      const text = textIn(of, rowCount);
      fillSums(allSums, text, values, 1, columnCount);
      return { rowCount, columnCount, values, ...padded(text, rowCount) };
    },
    encodeRow(row: Row): EncodedRows {
      const features = rowFeatures.map((compute) => compute(row));
      const entries: number[] = [];
      for (const dictionary of dictionaries) entries.push(dictionary.entryIn(features, entries));
      const values = new Float32Array(columnCount);
      for (let index = 0; index < columnCount; index++) {
        const lookup = lookups[index];
        const levelSum = levelSums[index];
        if (lookup) values[index] = lookup.values[entries[lookup.dictionary]];
        else if (levelSum) values[index] = addUpLevels(levelSum, (dictionary) => entries[dictionary]);
        else {
          const column = file.columns[index];
          if (column?.kind === 'indicator') values[index] = entries[column.dictionary] === column.entry ? 1 : 0;
          else if (column?.kind === 'number') values[index] = inFloat32(numberOf(features[column.feature]));
          else if (column?.kind === 'deviation')
            values[index] = inFloat32(numberOf(features[column.feature]) - deviationTables[index][entries[column.dictionary]]);
        }
      }
      const terms = textBlocks.map(({ feature, block }) => {
        const value = features[feature];
        return block.encode(typeof value === 'string' ? value : null);
      });
      const ids = Int32Array.from(terms.flatMap((block) => [...block.ids]));
      const weights = Float32Array.from(terms.flatMap((block) => [...block.weights]));
      const text = { start: Int32Array.of(0, ids.length), ids, weights };
      fillSums(allSums, text, values, 1, columnCount);
      return { rowCount: 1, columnCount, values, ...padded(text, 1) };
    },
  };
}

type ColumnSums = { columns: number[]; sums: OpenedTextSums };

/** The sums over text among the first `columnCount` columns of the matrix. */
function openSums(file: FeatureFile, vocabularySize: number, columnCount: number): ColumnSums {
  const all = [...file.columns, ...file.folds.flat()].slice(0, columnCount);
  const found = all.flatMap((column, index) => ('coefficients' in column ? [{ index, column }] : []));
  return {
    columns: found.map(({ index }) => index),
    sums: openTextSums(
      found.map(({ column }) => column),
      vocabularySize,
    ),
  };
}

function parseFeatureFile(stored: unknown): FeatureFile {
  const parsed = FeatureFile.safeParse(stored);
  if (parsed.success) {
    const problem = findInconsistency(parsed.data);
    if (!problem) return parsed.data;
    throw unreadable(problem);
  }
  throw unreadable(parsed.error.issues[0]?.message ?? 'unknown');
}

/** What the schema cannot say: indices in range, texts and numbers where they belong, tables as long as their dictionaries, text ids in one row. */
function findInconsistency(file: FeatureFile): string | null {
  const entryCounts = file.dictionaries.map(({ levels }) => levels.length + 2);
  const lookups = [...file.columns, ...file.folds.flat()].flatMap((column) => ('effects' in column ? column.effects : 'values' in column ? [column] : []));
  if (lookups.some(({ dictionary, values }) => values.length !== entryCounts[dictionary])) return 'a lookup table and its dictionary differ in length';
  if (file.columns.some((column) => column.kind === 'indicator' && !(column.entry < entryCounts[column.dictionary]))) return 'an indicator names no level';
  const numbers = file.columns.flatMap((column) => (column.kind === 'number' || column.kind === 'deviation' ? [column.feature] : []));
  const named = file.dictionaries.flatMap((dictionary) => ('feature' in dictionary ? [dictionary.feature] : []));
  const texts = file.text.map(({ feature }) => feature);
  if ([...numbers, ...named, ...texts].some((feature) => feature >= file.features.length)) return 'a column names no feature';
  const typeOf = (feature: number) => file.features[feature].expression.type;
  if (numbers.some((feature) => typeOf(feature) === 'text')) return 'a text stands where a number is expected';
  if (texts.some((feature) => typeOf(feature) !== 'text')) return 'text terms stand on a number';
  for (const [at, dictionary] of file.dictionaries.entries()) {
    const problem = 'pair' in dictionary ? problemOfPair(dictionary, entryCounts, at) : problemOfLevels(dictionary, typeOf(dictionary.feature));
    if (problem) return problem;
  }
  let nextId = 0;
  for (const { firstId, terms, idf } of file.text) {
    if (firstId !== nextId || idf.length !== terms.length) return 'the text terms are not numbered in a row';
    nextId += terms.length;
  }
  const sums = [...file.columns, ...file.folds.flat()].filter((column) => 'coefficients' in column);
  if (sums.some(({ coefficients }) => coefficients !== '' && coefficients.length !== 4 * Math.ceil((2 * nextId) / 3)))
    return 'a sum over text and the text terms differ in length';
  return null;
}

function problemOfPair({ pair, levels }: PairDictionary, entryCounts: readonly number[], at: number): string | null {
  if (pair.some((dictionary) => dictionary >= at)) return 'a pair of dictionaries stands before them';
  const [first, second] = pair.map((dictionary) => entryCounts[dictionary]);
  if (levels.some((level) => level >= first * second)) return 'a level of a pair is of none of its dictionaries';
  return new Set(levels).size < levels.length ? 'a dictionary holds a level twice' : null;
}

function problemOfLevels({ levels }: LevelDictionary, type: ColumnType): string | null {
  const kind = type === 'text' ? 'string' : type === 'number' ? 'number' : 'none';
  if (levels.some((level) => typeof level !== kind)) return 'a dictionary stands on a feature of another type';
  // A set takes 0 and −0 for one number, as the dictionary does.
  return new Set<string | number>(levels).size < levels.length ? 'a dictionary holds a level twice' : null;
}

const unreadable = (problem: string) =>
  new ModelwrightError({
    code: 'MW1410',
    message: `The feature file cannot be read (format ${FEATURES_FORMAT} is expected): ${problem}.`,
    hint: 'Use the package as it was made, or build the model again.',
  });
