import type { PlanQuestion } from '../../domain/build-watcher.ts';
import { didYouMean } from '../../domain/closest-names.ts';
import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { getColumn } from '../../domain/get-column.ts';
import { plainName } from '../../domain/plain-name.ts';
import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { isPredictable, rankColumns } from './rank-columns.ts';
import { positiveOf } from './read-sentence.ts';
import type { Reading, SentenceReading } from './reading.ts';
import { takeApart } from './sentence-parts.ts';
import { shellQuoted } from './shell-quoted.ts';
import { findTimeColumn, findTimeSeries, seriesOf } from './find-time.ts';

/** A target that is settled, or the question that settles it with the refusal for where nobody can be asked. */
export type TargetDecision = { kind: 'chosen'; reading: Reading } | { kind: 'unclear'; question: PlanQuestion; refusal: ModelwrightError };

/** Sure enough to be taken without asking, and so far ahead of the next reading. */
const SETTLED = 0.5;
const LEAD = 0.12;
/** Less sure, and with nothing else near. */
const ALONE = 0.35;
const LEAD_ALONE = 0.17;
/** With `--yes` the best reading is taken where it is at least a likely one. */
const LIKELY = 0.28;
/** Other readings that are offered. */
const LEAST_TO_OFFER = 0.12;
const MAX_CHOICES = 5;

/** The target by `--target` or by the words. Throws where the words ask for what cannot be done: a forecast, no prediction, a date. */
export function decideTarget(request: BuildRequest, sentence: SentenceReading, profile: Profile): TargetDecision {
  const chosen = (reading: Reading): TargetDecision => ({ kind: 'chosen', reading: inOrderOf(request.time, reading, profile) });
  if (request.target !== null) return chosen(namedTarget(request.target, request, profile, 'you named it'));
  const { readings } = sentence;
  refuseOtherWishes(request.sentence, sentence, profile);
  const [first, second] = readings;
  const lead = first ? first.certainty - (second?.certainty ?? 0) : 0;
  const isSettled = first && (first.certainty >= SETTLED ? lead >= LEAD : first.certainty >= (request.isApproved ? LIKELY : ALONE) && lead >= LEAD_ALONE);
  if (isSettled) return chosen(first);
  return unclear(request.sentence, readings, profile);
}

/** What a person typed or chose. `time`: the column of `--time`. */
export function answerTarget(answer: string, sentence: SentenceReading, profile: Profile, time: string | null = null): Reading {
  const chosen = sentence.readings.find(({ target }) => optionOf(target) === answer);
  const reading = chosen ? { ...chosen, certainty: 1, reason: 'you chose it' } : namedTarget(answer, { sentence: '', time }, profile, 'you chose it');
  return inOrderOf(time, reading, profile);
}

/** A value of a later row is that of a later one by `--time` where that is named: the rows are ordered once, for the answers and for the split. */
function inOrderOf(named: string | null, reading: Reading, profile: Profile): Reading {
  const { target } = reading;
  if (named === null || target.kind === 'column' || target.ahead === null) return reading;
  const time = getColumn(profile, named, '--time');
  if (time.name === target.ahead.order) return reading;
  const reason = reading.reason.replace(`in the order of "${target.ahead.order}"`, `in the order of "${time.name}"`);
  return { ...reading, reason, target: { ...target, ahead: { ...target.ahead, order: time.name, series: seriesOf(time, profile)?.name ?? null } } };
}

/** The target as `--target` takes it. A value of a later row is written as SQL has it: `lead(expression, rows)`. */
const optionOf = (target: Reading['target']) =>
  target.kind === 'column' ? target.column : target.ahead === null ? target.text : `lead(${target.text}, ${target.ahead.steps})`;

/** A column, or an expression over columns. */
function namedTarget(given: string, { sentence, time }: Pick<BuildRequest, 'sentence' | 'time'>, profile: Profile, reason: string): Reading {
  const name = plainName(given);
  const column =
    profile.columns.find((one) => one.name === given) ??
    profile.columns.find((one) => plainName(one.name) === name) ??
    onlyOne(profile.columns.filter((one) => plainName(one.name).toLowerCase() === name.toLowerCase()));
  if (column) {
    const parts = takeApart(sentence);
    const match = rankColumns(parts, { ...profile, columns: [column] })[0] ?? { column, isOpposite: false, values: [], words: [] };
    return { target: { kind: 'column', column: column.name }, task: null, positive: positiveOf(parts, match), certainty: 1, reason };
  }
  const lead = /^lead\s*\((.*),\s*(\d{1,4})\s*\)$/is.exec(name);
  if (lead) return laterTarget(lead[1].trim(), Number(lead[2]), time, profile, reason);
  const sources = sourcesOf(name, profile);
  if (sources.length > 0 && /[<>=+\-*/(]|\b(?:and|or|not|in|is|like|between|case)\b/i.test(name)) {
    return {
      target: { kind: 'derived', name: name.replaceAll('"', ''), text: name, sources, known: [], ahead: null },
      task: null,
      positive: null,
      certainty: 1,
      reason,
    };
  }
  const names = profile.columns.map((one) => one.name);
  throw new ModelwrightError({
    code: 'MW1203',
    message: `The table has no column "${given}".`,
    hint: `${didYouMean(given, names)}--target takes a column of the table, or an expression over columns such as '"days_late" > 30'.`,
    place: { column: given },
  });
}

function laterTarget(text: string, steps: number, named: string | null, profile: Profile, reason: string): Reading {
  const sources = sourcesOf(text, profile);
  const time = named === null ? (findTimeSeries(profile)?.time ?? findTimeColumn(profile)) : getColumn(profile, named, '--time');
  if (sources.length === 0 || time === undefined || steps < 1) {
    throw new ModelwrightError({
      code: 'MW1203',
      message: `"lead(${text}, ${steps})" needs a column of the table and a column of dates by which rows follow each other.`,
      hint: 'Write it like lead("rain", 1), and name the column of dates with --time.',
    });
  }
  const name = `${text.replaceAll('"', '')}, ${steps === 1 ? 'next row' : `${steps} rows on`}`;
  const ahead = { steps, order: time.name, series: seriesOf(time, profile)?.name ?? null };
  return { target: { kind: 'derived', name, text, sources, known: [], ahead }, task: null, positive: null, certainty: 1, reason };
}

const onlyOne = <T>(found: T[]): T | undefined => (found.length === 1 ? found[0] : undefined);

/** The columns that an expression names, in double quotes or bare: as it writes them, else capitals aside. */
function sourcesOf(text: string, profile: Profile): string[] {
  const withoutTexts = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  const quotedNames = [...withoutTexts.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name]) => name.replaceAll('""', '"'));
  const bare = withoutTexts.replaceAll(/"(?:[^"]|"")+"/g, ' ').match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
  const written = new Set([...quotedNames, ...bare].map(plainName));
  const columns = profile.columns.map(({ name }) => ({ name, plain: plainName(name) }));
  const plains = new Set(columns.map(({ plain }) => plain));
  const loose = new Set([...written].filter((name) => !plains.has(name)).map((name) => name.toLowerCase()));
  return columns.filter(({ plain }) => written.has(plain) || loose.has(plain.toLowerCase())).map(({ name }) => name);
}

function refuseOtherWishes(words: string, sentence: SentenceReading, profile: Profile): void {
  const { forecast, otherWish, impossible, readings } = sentence;
  if (otherWish !== null) {
    throw new ModelwrightError({
      code: 'MW1217',
      message: `"${words}" ${otherWish}; Modelwright predicts one column of a table from the others.`,
      hint: `Say what you want to know of new rows, such as "predict ${profile.columns.find(isPredictable)?.name ?? 'a column'}", or name the column with --target.`,
    });
  }
  if (forecast !== null) {
    const target = readings[0] && readings[0].certainty >= LIKELY ? optionOf(readings[0].target) : null;
    const time = forecast.value.time ?? findTimeColumn(profile)?.name ?? null;
    throw new ModelwrightError({
      code: 'MW1213',
      message: `This asks for a forecast${target === null ? '' : ` of "${target}"`}: ${forecast.reason}. Forecasts of a series are not made yet.`,
      hint:
        target === null || time === null
          ? 'What works today: a model that is measured on later rows, from columns that are known ahead: name --target and --time.'
          : `What works today: a model of "${target}" from columns that are known ahead, measured on later rows: --target ${shellQuoted(target)} --time ${shellQuoted(time)}, and --drop what is not known ahead.`,
      choices:
        target === null || time === null
          ? []
          : [
              {
                label: `predict "${target}" in the order of "${time}"`,
                detail: 'measured on later rows',
                option: `--target ${shellQuoted(target)} --time ${shellQuoted(time)}`,
              },
            ],
    });
  }
  if (impossible !== null) {
    throw new ModelwrightError({
      code: 'MW1206',
      message: `"${impossible.column}" cannot be predicted: ${impossible.reason}.`,
      hint: 'Name another column with --target.',
      place: { column: impossible.column },
      choices: choicesOf(readings.filter(({ certainty }) => certainty >= LEAST_TO_OFFER)),
    });
  }
}

const labelOf = ({ target }: Reading) => optionOf(target);

const choicesOf = (readings: Reading[]) =>
  readings
    .slice(0, MAX_CHOICES)
    .map((reading) => ({ label: labelOf(reading), detail: reading.reason, option: `--target ${shellQuoted(optionOf(reading.target))}` }));

function unclear(words: string, readings: Reading[], profile: Profile): TargetDecision {
  const offered = readings.filter(({ certainty }) => certainty >= LEAST_TO_OFFER).slice(0, MAX_CHOICES);
  const possible = profile.columns.filter(isPredictable);
  // Where no word fits, the person is shown the columns themselves.
  const columns = (offered.length > 0 ? [] : possible).map(({ name, kind }) => ({ value: name, label: name, detail: kind }));
  const question: PlanQuestion = {
    what: 'target',
    text: 'Which column is to be predicted?',
    choices: offered.length > 0 ? offered.map((reading) => ({ value: optionOf(reading.target), label: labelOf(reading), detail: reading.reason })) : columns,
    isOpen: true,
  };
  const refusal = new ModelwrightError({
    code: 'MW1202',
    message: offered.length === 0 ? `No column of the table fits the words of "${words}".` : `"${words}" may mean more than one thing, or none of them.`,
    hint: `Name the column to predict with --target. Columns: ${listed(possible)}.`,
    choices:
      offered.length > 0
        ? choicesOf(offered)
        : possible.slice(0, 12).map(({ name, kind }) => ({ label: name, detail: `a ${kind}`, option: `--target ${shellQuoted(name)}` })),
  });
  return { kind: 'unclear', question, refusal };
}

const listed = (columns: ColumnProfile[]) =>
  `${columns
    .slice(0, 12)
    .map(({ name }) => name)
    .join(', ')}${columns.length > 12 ? ', …' : ''}`;
