/**
 * Date spellings that a rule can name; each may be followed by a time of day, with a zone or without (then it is UTC), and stand behind the name of a
 * day of the week, which is not held against the date. `mmm` is the name of a month; names are English, German or Spanish. A year of two digits lies
 * from 1930 to 2029, as spreadsheets have it.
 */
export const DATE_FORMATS = [
  'yyyy-mm-dd',
  'yyyy/mm/dd',
  'yyyy.mm.dd',
  'mm/dd/yyyy',
  'dd/mm/yyyy',
  'mm-dd-yyyy',
  'dd-mm-yyyy',
  'dd.mm.yyyy',
  'mm/dd/yy',
  'dd/mm/yy',
  'yy/mm/dd',
  'mm-dd-yy',
  'dd-mm-yy',
  'yy-mm-dd',
  'dd.mm.yy',
  'yy.mm.dd',
  'dd mmm yyyy',
  'dd mmm yy',
  'mmm dd yyyy',
  'mmm yyyy',
  'mmm yy',
  'yyyy mmm',
  'yyyy-mm',
  'mm/yyyy',
  'yyyymmdd',
  'yyyymm',
  'yyyy',
  'yyyy-Qq',
  'Qq-yyyy',
  'yyyy-Www',
] as const;

export const isDateFormat = (format: string): boolean => DATE_FORMATS.some((known) => known === format);

/** The first year that two digits can mean. */
const TWO_DIGITS_FROM = 1930;

/** A time behind a date and what parts them; `colon` is what stands between its digits. */
const timeAfter = (between: string, colon = ':') =>
  `(?:(?:${between})([0-9]{1,2})${colon}([0-9]{2})(?:${colon}([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: ?([AaPp][.]? ?[Mm][.]?))?(?: (?:Uhr|h))?(?: ?(Z|z|(?:UTC|GMT)?[+-][0-9]{2}(?::?[0-9]{2})?|UTC|GMT))?)?`;
const timeOfDay = timeAfter('T|,? |,? um |,? at ');
/** Behind the name of a month a colon, as SAS and web servers write it. */
const timeOfNamed = timeAfter('T|:|,? |,? um |,? at |,? a las ');
/** ISO 8601 without signs. */
const timeOfDigits = timeAfter('T|,? ', ':?');
/** How the parts of a format stand in a text, with the separators that people put between them. */
const shapes: Partial<Record<(typeof DATE_FORMATS)[number], string>> = {
  'dd mmm yyyy': '<D>(?:[. /-]|[.] | de | of )?<M>(?:[. /-]|[.,] | de | del )?<Y>',
  'dd mmm yy': '<D>[. /-]?<M>[. /-]?<S>',
  'mmm dd yyyy': '<M>(?:[. ] ?|-)<D>(?:, ?|[ -])<Y>',
  'mmm yyyy': '<M>(?:[. -]|[.,] | de )?<Y>',
  'mmm yy': "<M>(?:[. -]| ?['’])<S>",
  'yyyy mmm': '<Y>(?:,? |-)<M>',
  yyyymmdd: '((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})',
  yyyymm: '((?:19|20)[0-9]{2})([0-9]{2})',
  yyyy: '((?:1[5-9]|20)[0-9]{2})',
  'yyyy-Qq': '<Y>[-/ ]?[Qq]([1-4])',
  'Qq-yyyy': '[Qq]([1-4])[-/ ]?<Y>',
  'yyyy-Www': '<Y>[- ]?[Ww]([0-5][0-9])',
};
const digits: Record<string, string> = { '<D>': '([0-9]{1,2})(?:st|nd|rd|th)?', '<M>': '(\\p{L}{3,10})', '<Y>': '([0-9]{4})', '<S>': '([0-9]{2})' };

type Form = { pattern: RegExp; parts: string[] };

const forms = new Map<string, Form>(
  DATE_FORMATS.map((format) => {
    const shape = shapes[format];
    if (shape !== undefined) {
      const pattern = shape.replaceAll(/<[DMYS]>/g, (part) => digits[part]);
      const time = format.includes('mmm') ? timeOfNamed : format === 'yyyymmdd' ? timeOfDigits : timeOfDay;
      return [format, { pattern: new RegExp(`^(?:${pattern}${time})$`, 'u'), parts: format.match(/yyyy|yy|mmm|mm|dd|Qq|Www/g) ?? [] }];
    }
    const separator = format.replace(/[a-z]/g, '')[0];
    const parts = format.split(separator);
    const pattern = parts.map((part) => (part === 'yyyy' ? '([0-9]{4})' : part === 'yy' ? '([0-9]{2})' : '([0-9]{1,2})')).join(`[${separator}]`);
    return [format, { pattern: new RegExp(`^(?:${pattern}${timeOfDay})$`, 'u'), parts }];
  }),
);

const monthNames = [
  ['january', 'januar', 'jänner', 'enero', 'ene'],
  ['february', 'februar', 'febrero'],
  ['march', 'märz', 'marzo', 'mrz'],
  ['april', 'abril'],
  ['may', 'mai', 'mayo'],
  ['june', 'juni', 'junio'],
  ['july', 'juli', 'julio'],
  ['august', 'agosto'],
  ['september', 'septiembre', 'setiembre', 'sept'],
  ['october', 'oktober', 'octubre'],
  ['november', 'noviembre'],
  ['december', 'dezember', 'diciembre'],
];
/** Whole names and their first three letters. */
const monthOf = new Map(monthNames.flatMap((names, index) => names.flatMap((name) => [name, name.slice(0, 3)].map((text) => [text, index + 1] as const))));

// Not "mar", which is March as well.
const weekday = new RegExp(
  `^(?:${[
    'mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?',
    'mo(?:ntag)?|di(?:enstag)?|mi(?:ttwoch)?|do(?:nnerstag)?|fr(?:eitag)?|sa(?:mstag)?|sonnabend|so(?:nntag)?',
    'lun(?:es)?|martes|mi[ée](?:rcoles)?|jue(?:ves)?|vie(?:rnes)?|s[áa]b(?:ado)?|dom(?:ingo)?',
  ].join('|')})[.]?,? `,
  'iu',
);

/** The text behind the name of a day of the week. */
export function withoutWeekday(text: string): string {
  const isDigitFirst = text.charCodeAt(0) <= 57;
  return isDigitFirst ? text : text.replace(weekday, '');
}

/** Microseconds since 1970 UTC, or undefined when the text is no real day and time in this format. */
export function readTimestamp(text: string, format: string): number | undefined {
  const form = forms.get(format);
  const match = form?.pattern.exec(withoutWeekday(text));
  if (!form || !match) return undefined;
  let [year, month, day, shiftDays] = [0, 1, 1, 0];
  for (const [at, part] of form.parts.entries()) {
    const value = match[at + 1];
    if (part === 'yyyy') year = Number(value);
    else if (part === 'yy') year = fullYear(Number(value));
    else if (part === 'mm') month = Number(value);
    else if (part === 'mmm') month = monthOf.get(value.toLowerCase()) ?? 0;
    else if (part === 'dd') day = Number(value);
    else if (part === 'Qq') month = 3 * Number(value) - 2;
    else shiftDays = weekStart(year, Number(value));
  }
  const dayNumber = daysSince1970(year, month, day);
  const [hour, minute, second, fraction, half, zone] = match.slice(form.parts.length + 1);
  const time = microsecondsOfDay(hour, minute, second, fraction, half);
  const offset = zoneOffset(zone);
  // Both summands are whole and exact, so the sum is rounded once at most (beyond the year 2255).
  if (dayNumber === undefined || time === undefined || offset === undefined || Number.isNaN(shiftDays)) return undefined;
  return (dayNumber + shiftDays) * MICROSECONDS_A_DAY + (time - offset);
}

const fullYear = (twoDigits: number) => twoDigits + (twoDigits >= TWO_DIGITS_FROM % 100 ? 1900 : 2000);

/** Days from the first of January to the Monday of a week by ISO 8601; NaN for a week that does not exist. */
function weekStart(year: number, week: number): number {
  const first = daysSince1970(year, 1, 1);
  if (first === undefined || week < 1 || week > 53) return Number.NaN;
  // 1970-01-01 was a Thursday; the week of the fourth of January is the first.
  const weekday = (((first + 3) % 7) + 7) % 7;
  // A year has a week 53 where it begins on a Thursday, or on the Wednesday before a leap day.
  if (week === 53 && weekday !== 3 && !(weekday === 2 && daysInMonth(year, 2) === 29)) return Number.NaN;
  return (weekday <= 3 ? -weekday : 7 - weekday) + 7 * (week - 1);
}

const MICROSECONDS_A_DAY = 86_400_000_000;
const MICROSECONDS_A_MINUTE = 60_000_000;

/** Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's days_from_civil); undefined for a day that does not exist. */
function daysSince1970(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function microsecondsOfDay(hour?: string, minute?: string, second?: string, fraction?: string, half?: string): number | undefined {
  if (hour === undefined) return 0;
  let hours = Number(hour);
  const minutes = Number(minute);
  const seconds = Number(second ?? 0);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0);
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return (hours * 60 + minutes) * MICROSECONDS_A_MINUTE + seconds * 1_000_000 + Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));
}

function zoneOffset(zone?: string): number | undefined {
  const shift = (zone ?? '').replace(/^(?:z|utc|gmt)/i, '');
  if (shift === '') return 0;
  const hours = Number(shift.slice(1, 3));
  const minutes = Number(shift.slice(3).replace(':', '') || 0);
  if (hours > 15 || minutes > 59) return undefined;
  return (shift[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * MICROSECONDS_A_MINUTE;
}
