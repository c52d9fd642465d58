/**
 * What of one JSON value is the table. `note`: where that is not plain to see, in a sentence. `severalLists`: the names of lists of objects that could
 * each be it.
 */
export type JsonRows = { kind: 'rows'; rows: unknown[]; note: string | null } | { kind: 'unclear'; severalLists: string[] } | { kind: 'none' };

/** A name of a list further in is not looked for: what lies so deep is data. */
const MAX_LIST_DEPTH = 4;
/** Objects under a name each: fewer are the parts of one row. */
const LEAST_NAMED_ROWS = 10;

/**
 * A list is the table, and so is the only list of objects in an object, the one that lies least deep. An object of columns is turned into rows: lists of one
 * length each, or as pandas writes them. Any other object is one row.
 */
export function findJsonRows(value: unknown): JsonRows {
  if (Array.isArray(value)) return rows(value, null);
  if (!isObject(value)) return { kind: 'none' };
  const split = rowsOfSplit(value);
  if (split) return split;
  const lists = findLists(value);
  if (lists.length > 1) return { kind: 'unclear', severalLists: lists.map(({ name }) => name) };
  if (lists.length === 1) return rows(lists[0].list, `The rows are the list "${lists[0].name}" of the file.`);
  return rowsOfColumns(value) ?? rowsOfNames(value) ?? rows([value], 'The file is one JSON object: one row.');
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

const rows = (found: unknown[], note: string | null): JsonRows => ({ kind: 'rows', rows: found, note });

/** The lists of objects of the outermost depth that has any. */
function findLists(value: Record<string, unknown>): { name: string; list: unknown[] }[] {
  let level = Object.entries(value);
  for (let depth = 1; depth <= MAX_LIST_DEPTH && level.length > 0; depth++) {
    const lists = level.flatMap(([name, one]) => (Array.isArray(one) && one.length > 0 && one.every(isObject) ? [{ name, list: one }] : []));
    if (lists.length > 0) return lists;
    level = level.flatMap(([name, one]) => (isObject(one) ? Object.entries(one).map(([inner, part]): [string, unknown] => [`${name}.${inner}`, part]) : []));
  }
  return [];
}

/** `{"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}`, as pandas writes it with orient="split". */
function rowsOfSplit({ columns, data }: Record<string, unknown>): JsonRows | undefined {
  if (!Array.isArray(columns) || !Array.isArray(data) || data.length === 0) return undefined;
  if (!data.every((row) => Array.isArray(row) && row.length === columns.length)) return undefined;
  const names = columns.map(String);
  if (new Set(names).size < names.length) return undefined;
  return rows(
    data.map((row: unknown[]) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
    'The file holds the names of its columns and then its rows.',
  );
}

/** `{"a": [1, 2], "b": [3, 4]}`, or with numbered or many named rows `{"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}}`. */
function rowsOfColumns(value: Record<string, unknown>): JsonRows | undefined {
  const columns = Object.entries(value);
  const note = 'The file holds its cells by column.';
  const lengths = new Set(columns.map(([, one]) => (Array.isArray(one) ? one.length : -1)));
  if (columns.length > 1 && lengths.size === 1 && !lengths.has(-1)) {
    const lists = columns.map(([name, cells]): [string, unknown[]] => [name, Array.isArray(cells) ? cells : []]);
    return rows(
      Array.from({ length: Math.max(...lengths) }, (_, row) => Object.fromEntries(lists.map(([name, cells]) => [name, cells[row]]))),
      note,
    );
  }
  const maps = columns.flatMap(([name, cells]) => (isObject(cells) ? [{ name, cells }] : []));
  if (maps.length < 2 || maps.length < columns.length) return undefined;
  const places = new Set(maps.flatMap(({ cells }) => Object.keys(cells)));
  const isTall = places.size >= LEAST_NAMED_ROWS && places.size > maps.length && maps.every(({ cells }) => Object.keys(cells).length === places.size);
  if (places.size === 0 || !(isTall || [...places].every(isCount))) return undefined;
  return rows(
    Array.from(places, (place) => Object.fromEntries(maps.map(({ name, cells }) => [name, cells[place]]))),
    note,
  );
}

const isCount = (key: string) => /^[0-9]{1,15}$/.test(key);

/** `{"ann": {"age": 34}, "bob": {"age": 51}, …}`: an object of alike objects, each a row under its name. */
function rowsOfNames(value: Record<string, unknown>): JsonRows | undefined {
  const named = Object.entries(value);
  const [first] = named;
  if (named.length < LEAST_NAMED_ROWS || !isObject(first[1])) return undefined;
  const keys = new Set(Object.keys(first[1]));
  const isAlike = (one: unknown) => isObject(one) && Object.keys(one).some((key) => keys.has(key));
  if (!named.every(([, one]) => isAlike(one))) return undefined;
  return rows(
    named.map(([name, one]) => ({ row_names: name, ...(isObject(one) && one) })),
    'The file holds its rows each under a name: that is the column row_names.',
  );
}
