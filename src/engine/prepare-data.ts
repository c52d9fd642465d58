import type { Column, Table } from '../domain/column.ts';
import { derivedReads, type Plan } from '../domain/plan.ts';
import { seededRandom } from '../domain/random.ts';
import { equalRowIds, getColumnOf, takeColumns, takeRows } from '../domain/table.ts';
import { fitTargetScale, toTrainingScale, type TargetScale } from '../domain/target-scale.ts';
import type { Labels } from '../domain/task.ts';
import type { TrainingMatrix } from '../edges/sandbox/index.ts';
import type { OpenedFile, Tables } from '../edges/tables/index.ts';
import {
  countLevelScores,
  countTextScores,
  generateFeatures,
  markRepeatedNumbers,
  statisticColumnCount,
  statisticLabels,
  type ColumnUse,
  type FeatureFile,
  type FeatureToEncode,
  type GeneratedFeature,
  type TableText,
} from '../features/index.ts';
import { partCrowd, splitRows, timeBlocks, type Split } from '../stages/evaluation/index.ts';
import { checkReads, checkTestRows } from './check-labelled.ts';
import { makeTarget } from './derived-target.ts';
import { encodeRows, proposeEncoding, type Recipe } from './encode-rows.ts';
import { checkLargest } from '../stages/planning/index.ts';
import { cutHoldout, distinctRows, limitGeneration, type DataShape, type FoldRows } from '../stages/search/index.ts';

/** What ties rows together: the code of a group in a group split, a number that rises with time in a time split. */
export type RowTies = { groups: Int32Array | null; timeOrder: Float64Array | null };

/** The rows of a file that have a label. `table` holds the plan's inputs; as first read it may hold more columns than a later plan of the same target wants. */
export type LabelledRows = RowTies & { table: Table; labels: Labels };

/** Which measured rows vary together, so that the interval of a score draws them together: a number a row, −1 where one stands alone. Null: each does. */
export const togetherOf = ({ groups, timeOrder }: RowTies, otherwise: Int32Array | null): Int32Array | null =>
  groups ?? (timeOrder ? timeBlocks(timeOrder) : otherwise);

export const takeTies = ({ groups, timeOrder }: RowTies, rows: Int32Array): RowTies => ({
  groups: groups && takeCodes(groups, rows),
  timeOrder: timeOrder && Float64Array.from(rows, (row) => timeOrder[row]),
});

export const takeCodes = (codes: Int32Array, rows: Int32Array): Int32Array => Int32Array.from(rows, (row) => codes[row]);

/** All that a search and a package need of the data; made again from plan and file in the same way by every process. */
export type PreparedData = {
  plan: Plan;
  learn: LabelledRows;
  /** The locked part; `together`: as `togetherOf` says; `isSeen`: the row occurs among the rows to learn from, its inputs being equal. Null: scored by cross-validation. */
  test: (LabelledRows & { together: Int32Array | null; isSeen: Uint8Array }) | null;
  scale: TargetScale;
  trainingLabels: Float64Array;
  folds: FoldRows[];
  /** An id for rows to learn from that are equal in inputs and label, −1 for a row that is like no other. */
  twins: Int32Array;
  /** Rows to learn from that stand in for each other (one group, or equal inputs) share a number; −1: like no other. */
  blocks: Int32Array;
  split: Split;
  features: FeatureFile;
  uses: ColumnUse[];
  matrix: TrainingMatrix;
  /** The matrix's terms again, and which rows have the same texts. */
  text: TableText;
  /** How many columns each fold's text scores are. */
  textScoreCount: number;
  /** How many columns each fold's level scores are. */
  levelScoreCount: number;
  /** Dictionary entries of the rows to learn from, and how many entries each dictionary has. */
  entries: Int32Array[];
  entryCounts: number[];
  /** Dictionaries with enough levels for a mean a level to say more than the level's rank. */
  statisticDictionaries: number[];
  /** The same of generated features, for the candidates that read those. */
  generatedDictionaries: number[];
  shape: DataShape;
  /**
   * The data of a model that learns from all rows, locked ones included; its folds differ in their holdouts alone. Null where the plan does not
   * ask for one or no rows are locked.
   */
  whole: (() => PreparedData) | null;
};

/** What learns from all rows is scored on none; a few answers keep its fits in one shape with the others. */
const UNSCORED_ROWS = 50;

/** Reads the plan's columns of a file; rows without a label are left out. */
export async function readLabelled(tables: Tables, file: OpenedFile, plan: Plan): Promise<LabelledRows> {
  const { split, derived } = plan;
  const requests = plan.inputs.map(({ name, rule }) => ({ name, rule }));
  for (const read of derived ? derivedReads(derived) : [{ name: plan.target, rule: plan.targetRule }])
    if (!requests.some(({ name }) => name === read.name)) requests.push(read);
  if (split.kind !== 'random' && !requests.some(({ name }) => name === split.column)) requests.push({ name: split.column, rule: split.rule });
  checkReads(file, requests, plan);
  const { table } = await file.readColumns(requests);
  const { labels, rows } = labelsFrom(derived ? await makeTarget(tables, derived, table) : getColumnOf(table, plan.target), plan);
  const kept = rows.length === table.rowCount ? table : takeRows(table, rows);
  return {
    table: takeColumns(
      kept,
      plan.inputs.map(({ name }) => name),
    ),
    labels,
    groups: split.kind === 'group' ? levelIds(getColumnOf(kept, split.column)) : null,
    timeOrder: split.kind === 'time' ? orderOf(getColumnOf(kept, split.column)) : null,
  };
}

/** Labels of the rows that have one. A class that the plan does not know (in a test file) is left out like a missing label. */
function labelsFrom(column: Column, plan: Plan): { labels: Labels; rows: Int32Array } {
  if (plan.task === 'regression') {
    if (column.type !== 'number') throw new Error('a number is predicted from a column that was not read as numbers');
    const rows = Int32Array.from(column.values.keys().filter((row) => Number.isFinite(column.values[row])));
    const values = Float64Array.from(rows, (row) => column.values[row]);
    checkLargest(plan.target, values);
    return { labels: { kind: 'values', values }, rows };
  }
  if (column.type === 'number') return labelsFrom(asTexts(column.values), plan);
  if (column.type !== 'text') throw new Error('classes are predicted from a column that was not read as text');
  const codeOf = new Map(plan.classes.map((name, code) => [name, code]));
  const ofLevel = Int32Array.from(column.levels, (level) => codeOf.get(level) ?? -1);
  const codes = Int32Array.from(column.codes, (code) => (code < 0 ? -1 : ofLevel[code]));
  const rows = Int32Array.from(codes.keys().filter((row) => codes[row] >= 0));
  return { labels: { kind: 'classes', codes: Int32Array.from(rows, (row) => codes[row]), classCount: plan.classes.length }, rows };
}

/** A number that was made for a target of classes: as it is written. */
function asTexts(values: Float64Array): Column {
  const codeOf = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const code = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, code);
    return code;
  });
  return { type: 'text', codes, levels: [...codeOf.keys()].map(String) };
}

function levelIds(column: Column): Int32Array {
  if (column.type === 'text') return column.codes;
  const ids = new Map<number, number>();
  return Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const id = ids.get(value) ?? ids.size;
    ids.set(value, id);
    return id;
  });
}

/** A number a row that rises with time. Texts are ordered as texts: ISO dates and zero-padded periods are right that way. */
function orderOf(column: Column): Float64Array {
  if (column.type !== 'text') return Float64Array.from(column.values);
  const rank = new Map(column.levels.toSorted().map((level, index) => [level, index]));
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : (rank.get(column.levels[code]) ?? Number.NaN)));
}

const takeLabels = (labels: Labels, rows: Int32Array): Labels =>
  labels.kind === 'classes'
    ? { ...labels, codes: Int32Array.from(rows, (row) => labels.codes[row]) }
    : { kind: 'values', values: Float64Array.from(rows, (row) => labels.values[row]) };

const takeLabelled = (all: LabelledRows, rows: Int32Array): LabelledRows => ({
  table: takeRows(all.table, rows),
  labels: takeLabels(all.labels, rows),
  ...takeTies(all, rows),
});

/** Splits, encodes and lays out the data of an approved plan. `alreadyRead`: what planning read of the same file, to be read once only. The same plan and file give the same result in every process. */
export async function prepareData(
  plan: Plan,
  tables: Tables,
  file: OpenedFile,
  testFile: OpenedFile | null,
  alreadyRead: LabelledRows | null,
): Promise<PreparedData> {
  const read = alreadyRead ?? (await readLabelled(tables, file, plan));
  const inputNames = plan.inputs.map(({ name }) => name);
  const all = { ...read, table: takeColumns(read.table, inputNames) };
  const ownTest = testFile ? await readLabelled(tables, testFile, plan) : null;
  if (ownTest) checkTestRows(ownTest.table.rowCount, plan);
  const equalIds = equalRowIds(all.table);
  const split = splitRows({
    labels: all.labels,
    kind: plan.split.kind,
    groups: all.groups,
    time: all.timeOrder,
    duplicates: equalIds,
    hasTestFile: ownTest !== null,
    budgetMs: plan.budgetMs,
    random: seededRandom(plan.seed),
  });

  const learnIndex = new Int32Array(all.table.rowCount).fill(-1);
  split.learn.forEach((row, index) => (learnIndex[row] = index));
  const learn = takeLabelled(all, split.learn);
  const blockOf = all.groups ?? partCrowd(equalIds);
  const blocks = takeCodes(blockOf, split.learn);
  const locked = takeLabelled(all, split.test);
  const test = ownTest
    ? { ...ownTest, isSeen: seenRows(all.table, ownTest.table), together: togetherOf(ownTest, null) }
    : split.test.length === 0
      ? null
      : { ...locked, isSeen: markSeen(equalIds, split.learn, split.test), together: togetherOf(locked, takeCodes(blockOf, split.test)) };

  const folds: FoldRows[] = split.folds.map(({ train, validate }, fold) => {
    const inLearn = (rows: Int32Array) => Int32Array.from(rows, (row) => learnIndex[row]);
    const random = seededRandom(plan.seed * 104_729 + fold + 17);
    const cut = cutHoldout(inLearn(train), { labels: learn.labels, blocks, isTimeOrdered: plan.split.kind === 'time', random });
    return { ...cut, validate: inLearn(validate) };
  });

  const twins = twinIds(
    Int32Array.from(split.learn, (row) => equalIds[row]),
    learn.labels,
  );

  const toEncode = markRepeatedNumbers(await proposeEncoding(plan, tables), learn.table);
  const recipe: Recipe = { features: toEncode, generated: split.reportedOn === 'cross-validation' ? [] : generate(plan, toEncode, learn, blocks) };
  const encoded = encodeRows(plan, recipe, learn);
  const { uses, matrix, text, statisticDictionaries } = encoded;
  const classCount = plan.task === 'regression' ? 1 : plan.classes.length;
  const textScoreCount = countTextScores({ kind: plan.task, classCount, foldCount: folds.length, budgetMs: plan.budgetMs }, text, matrix.vocabularySize);
  const labelColumns = statisticColumnCount(plan.task, plan.classes.length);
  const levelScoreCount = countLevelScores(
    { labelColumns, fitRows: Math.max(0, ...folds.map(({ fit }) => fit.length)), foldCount: folds.length, budgetMs: plan.budgetMs },
    statisticDictionaries.map((dictionary) => {
      const { levels } = encoded.features.dictionaries[dictionary];
      return { isOfCategory: typeof levels[0] === 'string', levelCount: levels.length };
    }),
  );
  const shape: DataShape = {
    fitRows: Math.max(0, ...folds.map(({ fit }) => distinctRows(fit, twins)?.places.length ?? fit.length)),
    foldCount: folds.length,
    task: plan.task,
    classCount,
    metric: plan.metric,
    treeColumns: uses.filter((use) => use === 'both' || use === 'tree').length,
    linearColumns: uses.filter((use) => use === 'both' || use === 'linear').length,
    generatedColumns: uses.filter((use) => use === 'generated').length,
    extraColumns: statisticDictionaries.length * labelColumns + levelScoreCount,
    textScoreColumns: textScoreCount,
    hasCategories: statisticDictionaries.length > 0,
    textTermsPerRow: matrix.textIds.length / Math.max(1, learn.table.rowCount),
    vocabularySize: matrix.vocabularySize,
    isTimeOrdered: plan.split.kind === 'time',
    budgetMs: plan.budgetMs,
  };
  const prepared = { plan, ...encoded, textScoreCount, levelScoreCount, test, folds, blocks, twins, split, shape, whole: null };
  if (plan.final === 'tested' || split.reportedOn !== 'locked-test') return prepared;
  return { ...prepared, whole: () => prepareWhole(prepared, recipe, all, equalIds) };
}

/**
 * Features made of two others. They are looked for with the labels of all rows to learn from, so that a score that is taken on those very rows would
 * flatter: only where other rows are kept for it.
 */
function generate(plan: Plan, toEncode: FeatureToEncode[], learn: LabelledRows, blocks: Int32Array): GeneratedFeature[] {
  const limits = limitGeneration({ rowCount: learn.table.rowCount, featureCount: toEncode.length, budgetMs: plan.budgetMs });
  const trainingLabels = toTrainingScale(learn.labels, fitTargetScale(learn.labels, plan.metric));
  const labels = statisticLabels(plan, trainingLabels);
  if (limits === null || labels.columnCount === 0) return [];
  return generateFeatures(toEncode, { table: learn.table, blocks }, labels, limits, seededRandom(plan.seed * 6_151 + 3));
}

/**
 * All rows to learn from, the locked ones too, encoded anew: levels, terms and means of all. Each fold leaves other rows out, as in the twin,
 * for models of different rows are better together; what it leaves out is never scored.
 */
function prepareWhole(prepared: PreparedData, recipe: Recipe, all: LabelledRows, equalIds: Int32Array): PreparedData {
  const { plan } = prepared;
  const { table, labels, groups, timeOrder } = all;
  const blocks = groups ?? partCrowd(equalIds);
  const dealt = splitRows({
    labels,
    // Later rows are no test here: they are what is learnt from most.
    kind: groups ? 'group' : 'random',
    groups,
    time: null,
    duplicates: equalIds,
    hasTestFile: true,
    budgetMs: plan.budgetMs,
    random: seededRandom(plan.seed + 331),
  });
  const everyRow = dealt.learn;
  const at = (row: number) => timeOrder?.[row] ?? Number.NEGATIVE_INFINITY;
  const folds = prepared.folds.map((_, fold): FoldRows => {
    const train = prepared.folds.length === 1 ? everyRow : dealt.folds[fold % dealt.folds.length].train;
    const inOrder = timeOrder ? train.toSorted((a, b) => at(a) - at(b)) : train;
    const random = seededRandom(plan.seed * 104_729 + fold + 10_007);
    const cut = cutHoldout(inOrder, { labels, blocks, isTimeOrdered: timeOrder !== null, random });
    return { ...cut, validate: everyRow.slice(0, UNSCORED_ROWS) };
  });
  return {
    ...prepared,
    ...encodeRows(plan, recipe, { table, labels, groups, timeOrder }),
    test: null,
    folds,
    blocks,
    twins: twinIds(equalIds, labels),
    whole: null,
  };
}

/** Equal rows with equal labels; a label is told apart by its code or its number. */
function twinIds(equalIds: Int32Array, labels: Labels): Int32Array {
  const values = labels.kind === 'classes' ? labels.codes : labels.values;
  const known = new Map<number, Map<number, number>>();
  return equalIds.map((id, row) => {
    if (id < 0) return -1;
    const ofLabel = known.get(id) ?? new Map<number, number>();
    known.set(id, ofLabel);
    const first = ofLabel.get(values[row]) ?? row;
    ofLabel.set(values[row], first);
    return first;
  });
}

function markSeen(equalIds: Int32Array, learn: Int32Array, test: Int32Array): Uint8Array {
  const known = new Set<number>();
  for (const row of learn) if (equalIds[row] >= 0) known.add(equalIds[row]);
  return Uint8Array.from(test, (row) => (known.has(equalIds[row]) ? 1 : 0));
}

/** Rows of another table that occur in this one: both are laid end to end, their texts brought to the same codes. */
function seenRows(learn: Table, other: Table): Uint8Array {
  const columns = new Map<string, Column>();
  for (const [name, column] of learn.columns) columns.set(name, joined(column, getColumnOf(other, name)));
  const ids = equalRowIds({ rowCount: learn.rowCount + other.rowCount, columns });
  const first = Int32Array.from({ length: learn.rowCount }, (_, row) => row);
  return markSeen(
    ids,
    first,
    Int32Array.from({ length: other.rowCount }, (_, row) => learn.rowCount + row),
  );
}

/** Fills `into` with both, the first ones first. */
function laidEndToEnd<T extends Float64Array | Int32Array | Uint8Array>(into: T, first: T, second: T): T {
  into.set(first);
  into.set(second, first.length);
  return into;
}

function joined(a: Column, b: Column): Column {
  if (a.type === 'text' && b.type === 'text') {
    const codeOf = new Map(a.levels.map((level, code) => [level, code]));
    const levels = [...a.levels];
    const ofB = b.levels.map((level) => codeOf.get(level) ?? levels.push(level) - 1);
    return {
      type: 'text',
      codes: laidEndToEnd(
        new Int32Array(a.codes.length + b.codes.length),
        a.codes,
        b.codes.map((code) => (code < 0 ? -1 : ofB[code])),
      ),
      levels,
    };
  }
  if (a.type === 'boolean' && b.type === 'boolean')
    return { type: 'boolean', values: laidEndToEnd(new Uint8Array(a.values.length + b.values.length), a.values, b.values) };
  if (a.type === b.type && a.type !== 'text' && a.type !== 'boolean' && b.type !== 'text' && b.type !== 'boolean') {
    return { type: a.type, values: laidEndToEnd(new Float64Array(a.values.length + b.values.length), a.values, b.values) };
  }
  throw new Error('two columns of one plan were read as different types');
}
