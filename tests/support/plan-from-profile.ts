import type { Column } from '../../src/domain/column.ts';
import { ModelwrightError } from '../../src/domain/error.ts';
import type { DerivedTarget } from '../../src/domain/plan.ts';
import type { ColumnProfile, Profile } from '../../src/domain/profile.ts';
import { decideTarget, derivedProfile, draftPlan, getColumn, readSentence, type Reading } from '../../src/stages/planning/index.ts';
import { requestOf, type Outcome } from './real-datasets.ts';

/** What becomes of a sentence over a table of which the profile alone is known: all that is decided by words, names and values, and nothing that needs the rows. */
export function outcomeOverProfile(sentence: string, profile: Profile): Outcome {
  const request = requestOf(sentence, 'table.csv');
  try {
    const read = readSentence(sentence, profile);
    const decision = decideTarget(request, read, profile);
    if (decision.kind === 'unclear') throw decision.refusal;
    const { reading } = decision;
    const { target, derived } = openTarget(reading, profile);
    const dataset = { path: 'table.csv', sha256: '0'.repeat(64), rowCount: profile.rowCount };
    const targetLevels = levelsOf(target, profile.rowCount);
    const plan = draftPlan({ request, dataset, testDataset: null, profile, sentence: read, reading, target, derived, targetLevels, suspects: [] });
    return { kind: 'plan', plan };
  } catch (error) {
    if (!(error instanceof ModelwrightError)) throw error;
    return { kind: 'error', code: error.code, message: error.message, choices: error.choices.map(({ label }) => label) };
  }
}

function openTarget({ target, task }: Reading, profile: Profile): { target: ColumnProfile; derived: DerivedTarget | null } {
  if (target.kind === 'column') return { target: getColumn(profile, target.column, '--target'), derived: null };
  const readingOf = (name: string) => ({ name, rule: getColumn(profile, name, '--target').rule });
  const { text, sources, ahead } = target;
  const later = ahead && { steps: ahead.steps, order: readingOf(ahead.order), series: ahead.series === null ? null : readingOf(ahead.series) };
  const derived = { text, sources: sources.map(readingOf), ahead: later };
  const rows = Array.from({ length: profile.rowCount }, (_, row) => row);
  const isNumber = task === 'regression';
  const column: Column = isNumber
    ? { type: 'number', values: Float64Array.from(rows) }
    : { type: 'text', codes: Int32Array.from(rows, (row) => row % 2), levels: ['no', 'yes'] };
  return { target: derivedProfile(target.name, isNumber ? 'number' : 'boolean', column), derived };
}

/** Frequent values with their counts; of a column of more values than the profile lists, as many made-up ones as it has. */
function levelsOf({ topValues, distinctCount, missingCount }: ColumnProfile, rowCount: number) {
  const listed = topValues.map(({ value, count }) => ({ level: value, count }));
  const rest = Math.max(0, distinctCount - listed.length);
  const restRows = rowCount - missingCount - listed.reduce((sum, { count }) => sum + count, 0);
  return [...listed, ...Array.from({ length: rest }, (_, at) => ({ level: `another value ${at}`, count: Math.max(1, Math.floor(restRows / rest)) }))];
}
