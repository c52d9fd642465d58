import type { ColumnProfile, Profile } from '../../domain/profile.ts';
import { doneName, dueName, laterNameWords, limitName, saysLate, timeUnits } from './lexicon.ts';
import { findTimeSeries } from './find-time.ts';
import { isMeasure, isPredictable, MEASURE_FACTOR, isTwoValued, matchName, rankColumns, type ColumnMatch } from './rank-columns.ts';
import type { Reading } from './reading.ts';
import type { Comparison } from './find-amounts.ts';
import { isTurnedRound, type SentenceParts } from './sentence-parts.ts';
import { likeness, nameWords, unitWords } from './words.ts';

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** Targets that no column holds and that the words make from columns: a bar that is passed, a ratio, a value of tomorrow, one class of several. */
export function deriveTargets(parts: SentenceParts, profile: Profile, matches: ColumnMatch[]): Reading[] {
  const whole = matches.find(({ nameShare, wordShare, column }) => nameShare >= 0.95 && wordShare >= 0.95 && isPredictable(column));
  return [
    ...compared(parts, profile),
    ...barsInValues(parts, profile, matches),
    ...late(parts, profile, matches),
    ...combined(parts, profile).filter(() => whole === undefined || !parts.combination || matchName(parts.combination.right, whole.column.name).share === 0),
    ...spans(parts, profile),
    ...later(parts, profile, matches),
    ...barOfZero(parts, matches),
    ...oneOfSeveral(parts, matches),
  ].filter(
    // A column that is called just that needs no making: `RainTomorrow`, `price_per_sqm`.
    ({ target }) => whole === undefined || parts.comparison !== null || parts.ahead !== null || parts.combination !== null || isClassOf(target, whole.column),
  );
}

/** "Who votes left": a class of the very column that is named. */
const isClassOf = (target: Reading['target'], { name, kind, distinctCount }: ColumnProfile) =>
  target.kind === 'derived' && kind === 'category' && distinctCount > 2 && target.sources.includes(name);

/** "Customers with more than 2 years": more likely which rows than what is asked. */
const OF_ROWS = 0.35;

/** "more than 30 days late": a measure and a bar. */
function compared(parts: SentenceParts, profile: Profile): Reading[] {
  const { comparison } = parts;
  if (!comparison) return [];
  const hasTimeUnit = comparison.around.some(({ word }) => Object.hasOwn(timeUnits, word));
  return rankColumns(parts, profile, comparison.around)
    .filter(({ column, nameShare }) => (isMeasure(column) || (column.kind === 'number' && column.distinctCount > 2)) && nameShare > 0)
    .slice(0, 4)
    .map(({ column, nameShare, wordShare }) => {
      const bar = inUnitOf(column, comparison);
      return {
        target: {
          kind: 'derived' as const,
          name: `${column.name} ${comparison.operator} ${bar}`,
          text: `${quoted(column.name)} ${comparison.operator} ${bar}`,
          sources: [column.name],
          known: [],
          ahead: null,
        },
        task: 'binary' as const,
        positive: { value: isTurnedRound(parts, wordsOf(comparison)) ? 'no' : 'yes', certainty: 0.9, reason: 'the sentence asks for it' },
        certainty: Math.min(
          0.95,
          nameShare * (0.62 + 0.3 * wordShare) +
            (barFits(column, bar) ? 0.08 : -0.35) -
            (hasTimeUnit && !countsTime(column) ? 0.25 : 0) -
            (comparison.isOfRows ? OF_ROWS : 0),
        ),
        reason: `"${column.name}" is the number that the sentence sets a bar for`,
      };
    });
}

const wordsOf = ({ around }: Comparison) => around.map(({ word }) => word);

/** "2 minutes" over `wait_seconds` is a bar of 120. */
function inUnitOf({ name }: ColumnProfile, { value, around }: Comparison): number {
  const unitOf = (words: string[]) => timeUnits[words.find((word) => Object.hasOwn(timeUnits, word)) ?? ''];
  const said = unitOf(around.map(({ word }) => word));
  const own = unitOf([...nameWords(name), ...unitWords(name)]);
  return said === undefined || own === undefined || said.unit === own.unit ? value : Number(((value * said.days) / own.days).toPrecision(6));
}

/** A number of days or hours by its name. */
const countsTime = ({ name }: ColumnProfile) =>
  nameWords(name).some(
    (word) =>
      Object.hasOwn(timeUnits, word) ||
      ['late', 'duration', 'age'].some((known) => likeness(word, known).value >= 0.7) ||
      /^(?:tenure|time|lead|wait\w*|stay)$/.test(word),
  );

/** A bar that no row or every row passes was meant for another column. */
const barFits = ({ numbers }: ColumnProfile, value: number) => numbers !== null && value >= numbers.min && value <= numbers.max;

/** A profit or a loss. */
const isSigned = ({ numbers }: ColumnProfile) => numbers !== null && numbers.q05 < 0 && numbers.q95 > 0;

/** A column that says how late, or that it was late. */
const isLateness = ({ name }: ColumnProfile) => nameWords(name).some((word) => likeness(word, 'late').value >= 0.7);

/** "Will it be late" where a column says how late: later than not at all; "will it turn a profit". */
function barOfZero(parts: SentenceParts, matches: ColumnMatch[]): Reading[] {
  if (!parts.isYesNo || parts.wantsNumber || parts.comparison || parts.ahead) return [];
  const asksLate = parts.asked.some(({ word }) => saysLate.test(word));
  return matches
    .filter(
      ({ column, nameShare }) =>
        column.kind === 'number' && column.distinctCount > 2 && ((asksLate && isLateness(column)) || (nameShare >= 0.6 && isSigned(column))),
    )
    .map((match) => ({
      target: {
        kind: 'derived' as const,
        name: `${match.column.name} > 0`,
        text: `${quoted(match.column.name)} > 0`,
        sources: [match.column.name],
        known: [],
        ahead: null,
      },
      task: 'binary' as const,
      positive: { value: isTurnedRound(parts, match.words) !== match.isOpposite ? 'no' : 'yes', certainty: 0.8, reason: 'the sentence asks for it' },
      certainty: Math.min(0.85, match.certainty / (isMeasure(match.column) ? 0.8 * MEASURE_FACTOR + 0.2 : 0.75)),
      reason: isLateness(match.column) ? `"${match.column.name}" says how late` : `"${match.column.name}" is above or below nothing`,
    }));
}

/** "paid more than 30 days late" where the table has the day due and the day done. */
function late(parts: SentenceParts, profile: Profile, matches: ColumnMatch[]): Reading[] {
  const asksLate = parts.asked.some(({ word }) => saysLate.test(word)) || parts.comparison?.around.some(({ word }) => saysLate.test(word));
  if (!asksLate || matches.some(({ column }) => isPredictable(column) && isLateness(column))) return [];
  const dates = profile.columns.filter(({ kind }) => kind === 'datetime');
  const due = dates.find(({ name }) => nameWords(name).some((word) => dueName.test(word)));
  const done = dates.find((column) => column !== due && nameWords(column.name).some((word) => doneName.test(word)));
  if (!due || !done) return [];
  const days = `date_diff('day', ${quoted(due.name)}, ${quoted(done.name)})`;
  const sources = [due.name, done.name];
  const certainty = 0.75;
  // "How many days late": of times, and of no amount.
  const asksTime = parts.asked.some(({ word }) => Object.hasOwn(timeUnits, word));
  if (parts.wantsNumber) {
    const name = `days from ${due.name} to ${done.name}`;
    return [
      {
        target: { kind: 'derived', name, text: days, sources, known: [due.name], ahead: null },
        task: 'regression',
        positive: null,
        certainty: asksTime ? 0.85 : certainty,
        reason: 'the table has the day due and the day done',
      },
    ];
  }
  const bar = parts.comparison ?? { operator: '>' as const, value: 0 };
  return [
    {
      target: {
        kind: 'derived',
        name: bar.operator === '>' && bar.value === 0 ? `${done.name} after ${due.name}` : `${done.name} ${bar.operator} ${bar.value} days after ${due.name}`,
        text: `${days} ${bar.operator} ${bar.value}`,
        sources,
        known: [due.name],
        ahead: null,
      },
      task: 'binary',
      positive: { value: parts.isNegated ? 'no' : 'yes', certainty: 0.9, reason: 'the sentence asks for it' },
      certainty,
      reason: 'the table has the day due and the day done',
    },
  ];
}

const operatorNames = { '/': 'per', '-': 'minus', '+': 'plus' } as const;

/** "price per square metre": two numbers of a row. */
function combined({ combination }: SentenceParts, profile: Profile): Reading[] {
  if (!combination) return [];
  const { operator, left, right } = combination;
  const numbers = profile.columns.filter(({ kind }) => kind === 'number');
  const bestOf = (words: { word: string; weight: number }[]) =>
    numbers
      .map((column) => ({ column, ...matchName(words, column.name), unit: unitShare(words, column.name) }))
      .map((one) => ({ ...one, share: Math.max(one.share, one.unit) }))
      .filter(({ column, share }) => share >= 0.4 && !nameWords(column.name).some((word) => limitName.test(word)))
      .toSorted((a, b) => b.share - a.share || b.wordShare - a.wordShare);
  const [below] = bestOf(right);
  const above = bestOf(left.map(({ word }) => ({ word, weight: 1 }))).filter(({ column }) => column !== below?.column);
  if (!below || above.length === 0) return [];
  // A column that is called so holds it already: `price_per_kg`.
  const isHeld =
    operator === '/' && numbers.some(({ name }) => nameWords(name).some((word) => /^(?:per|pro|por|je)$/.test(word)) && matchName(left, name).share > 0);
  const isClose = above.length > 1 && above[0].share - above[1].share < 0.1;
  return above.slice(0, isClose ? 3 : 1).map(({ column, share }) => ({
    target: {
      kind: 'derived' as const,
      name: `${column.name} ${operator} ${below.column.name}`,
      text: `${quoted(column.name)} ${operator} ${quoted(below.column.name)}`,
      sources: [column.name, below.column.name],
      known: operator === '/' ? [below.column.name] : [],
      ahead: null,
    },
    task: 'regression' as const,
    positive: null,
    certainty: Math.min(0.95, 0.55 + 0.25 * share + 0.15 * below.share) * (isHeld ? 0.4 : 1),
    reason: `the sentence asks for "${column.name}" ${operatorNames[operator]} "${below.column.name}"`,
  }));
}

/** "Per kilo" may mean `Weight (kg)`. */
const unitShare = (words: { word: string }[], name: string) =>
  unitWords(name).some((unit) => words.some(({ word }) => likeness(unit, word).value >= 0.7)) ? 0.6 : 0;

/** "From checkout to return" where the table has the day of both. */
function spans({ span, isYesNo, comparison }: SentenceParts, profile: Profile): Reading[] {
  if (!span || (isYesNo && !comparison)) return [];
  const dates = profile.columns.filter(({ kind }) => kind === 'datetime');
  const called = (words: string[]) =>
    dates
      .map((column) => ({
        column,
        share: matchName(
          words.map((word) => ({ word, weight: 1 })),
          column.name,
        ).share,
      }))
      .filter(({ share }) => share >= 0.5)
      .toSorted((a, b) => b.share - a.share)
      .at(0)?.column;
  const [from, to] = [called(span.from), called(span.to)];
  if (!from || !to || from === to) return [];
  const days = `date_diff('day', ${quoted(from.name)}, ${quoted(to.name)})`;
  const bar = comparison ? ` ${comparison.operator} ${comparison.value}` : '';
  return [
    {
      target: {
        kind: 'derived',
        name: `days from ${from.name} to ${to.name}${bar}`,
        text: days + bar,
        sources: [from.name, to.name],
        known: [from.name],
        ahead: null,
      },
      task: comparison ? 'binary' : 'regression',
      positive: comparison ? { value: 'yes', certainty: 0.9, reason: 'the sentence asks for it' } : null,
      certainty: 0.8,
      reason: 'the table has the days of both ends',
    },
  ];
}

/** "will it rain tomorrow": the value of a later row. */
function later(parts: SentenceParts, profile: Profile, matches: ColumnMatch[]): Reading[] {
  const { ahead } = parts;
  const observed = ahead && findTimeSeries(profile);
  if (!observed) return [];
  // A column that is called so holds the later value already: `RainTomorrow`.
  const isLater = ({ name }: ColumnProfile) => nameWords(name).some((word) => laterNameWords.has(word));
  if (matches.some(({ column, nameShare }) => isPredictable(column) && nameShare >= 0.5 && isLater(column))) return [];
  const steps = Math.round(ahead.days / observed.stepDays);
  // Weekly rows do not say what tomorrow brings.
  if (steps < 1 || Math.abs(ahead.days / observed.stepDays - steps) > 0.15 * steps) return [];
  const order = { steps, order: observed.time.name, series: observed.series?.name ?? null };
  return matches
    .filter(({ column, certainty }) => isPredictable(column) && certainty > 0.2 && column !== observed.series && !isLater(column))
    .slice(0, 3)
    .map((match) => {
      const { column } = match;
      const { isYes, source } = asQuestion(parts, match);
      return {
        target: {
          kind: 'derived' as const,
          name: `${column.name}, ${steps === 1 ? 'next row' : `${steps} rows on`}`,
          text: source,
          sources: [column.name],
          known: [],
          ahead: order,
        },
        task: isYes ? ('binary' as const) : column.kind === 'number' && !isYes ? ('regression' as const) : null,
        positive: isYes
          ? { value: isTurnedRound(parts, match.words) !== match.isOpposite ? 'no' : 'yes', certainty: 0.85, reason: 'the sentence asks for it' }
          : null,
        certainty: Math.min(0.95, match.certainty / (parts.isYesNo && isMeasure(column) ? MEASURE_FACTOR * 1.25 : 1) + 0.15),
        reason: `${match.reason}; "${ahead.words.trim()}" is ${steps === 1 ? 'one row' : `${steps} rows`} later in the order of "${observed.time.name}"`,
      };
    });
}

/** A column as a yes or no where one is asked for: a bar of 0 for an amount, the class that is named for a category. */
function asQuestion(parts: SentenceParts, { column, values }: ColumnMatch): { isYes: boolean; source: string } {
  const name = quoted(column.name);
  if (column.kind === 'boolean') return { isYes: true, source: name };
  if (column.kind === 'number') {
    if (parts.comparison) return { isYes: true, source: `${name} ${parts.comparison.operator} ${parts.comparison.value}` };
    if (parts.isYesNo && !parts.wantsNumber && column.numbers && column.numbers.min >= 0) return { isYes: true, source: `${name} > 0` };
    return { isYes: false, source: name };
  }
  const yes = values[0] ?? column.topValues.find(({ value }) => /^(?:yes|y|true|1|ja|si|sí)$/i.test(value))?.value;
  return yes === undefined ? { isYes: false, source: name } : { isYes: true, source: `${name} = ${text(yes)}` };
}

/** "within 30 days" where a column has the values <30, >30 and NO. */
function barsInValues(parts: SentenceParts, profile: Profile, matches: ColumnMatch[]): Reading[] {
  const { comparison } = parts;
  if (!comparison) return [];
  const sign = comparison.operator[0];
  return profile.columns.flatMap((column) => {
    const value = column.topValues.find((one) => isBar(one.value, sign, comparison.value))?.value;
    const certainty = matches.find((match) => match.column === column)?.certainty ?? UNNAMED_BAR;
    return value === undefined ? [] : [equals(column, value, isTurnedRound(parts, wordsOf(comparison)), Math.min(0.9, certainty + 0.25))];
  });
}

/** A value with the very bar of the sentence needs no name: "over 50K" for `>50K`. */
const UNNAMED_BAR = 0.4;

/** "<30", ">50K", "<= 1,000". */
function isBar(value: string, sign: string, bar: number): boolean {
  const match = /^([<>])=?[$€£]?([0-9][0-9,]*(?:[.][0-9]+)?)(k?)$/i.exec(value.replaceAll(/\s/g, ''));
  return match !== null && match[1] === sign && Number(match[2].replaceAll(',', '')) * (match[3] === '' ? 1 : 1000) === bar;
}

const equals = (column: ColumnProfile, value: string, isNegated: boolean, certainty: number): Reading => ({
  target: {
    kind: 'derived',
    name: `${column.name} = ${value}`,
    text: `${quoted(column.name)} = ${text(value)}`,
    sources: [column.name],
    known: [],
    ahead: null,
  },
  task: 'binary',
  positive: { value: isNegated ? 'no' : 'yes', certainty: 0.85, reason: 'the sentence asks for it' },
  certainty,
  reason: `"${value}" is one of the values of "${column.name}"`,
});

/** "which flights are cancelled" where a column of several classes has that one. */
function oneOfSeveral(parts: SentenceParts, matches: ColumnMatch[]): Reading[] {
  if (!parts.isYesNo || parts.isDistinction || parts.wantsNumber || parts.comparison) return [];
  // A column of two values that is called so is the nearer reading.
  const hasOwnColumn = matches.some(({ column, nameShare }) => isTwoValued(column) && nameShare >= 0.6);
  return matches
    .filter(({ column }) => (column.kind === 'category' || column.kind === 'ordered') && column.distinctCount > 2)
    .flatMap(({ column, values, certainty, nameShare, words }) => {
      const no = column.topValues.filter(({ value }) => /^(?:no|none|never|nein)$/i.test(value));
      if (values.length === 0 && nameShare >= 0.6 && no.length === 1) return [notEquals(column, no[0].value, isTurnedRound(parts, words), certainty + 0.05)];
      if (values.length === 0 || (nameShare >= 0.9 && values.length > 1) || (values.length > 1 && parts.alternatives.length > 0)) return [];
      // "paid late" names two values of a status; the last is what is asked.
      const value = lastNamed(parts, values);
      return [
        equals(
          column,
          value,
          isTurnedRound(parts, spokenFor(parts, value)),
          Math.min(0.9, hasOwnColumn ? 0.8 * certainty : certainty + (values.length > 1 ? 0 : 0.22)),
        ),
      ];
    });
}

const notEquals = (column: ColumnProfile, value: string, isNegated: boolean, certainty: number): Reading => ({
  target: {
    kind: 'derived',
    name: `${column.name} not ${value}`,
    text: `${quoted(column.name)} <> ${text(value)}`,
    sources: [column.name],
    known: [],
    ahead: null,
  },
  task: 'binary',
  positive: { value: isNegated ? 'no' : 'yes', certainty: 0.8, reason: 'the sentence asks for it' },
  certainty: Math.min(0.9, certainty),
  reason: `all values of "${column.name}" but "${value}" say that it is so`,
});

/** The words that name a value. */
const spokenFor = ({ asked }: SentenceParts, value: string): string[] =>
  asked.filter(({ word }) => nameWords(value).some((part) => likeness(part, word, true).value >= 0.7)).map(({ word }) => word);

/** Of the values that the words name, the one that is named last. */
function lastNamed(parts: SentenceParts, values: string[]): string {
  const placeOf = (value: string) => parts.asked.findLastIndex(({ word }) => nameWords(value).some((part) => likeness(part, word, true).value >= 0.7));
  return values.toSorted((a, b) => placeOf(b) - placeOf(a))[0];
}
