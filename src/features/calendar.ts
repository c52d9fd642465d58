/** Dates of the proleptic Gregorian calendar, from microseconds since 1970 UTC. No time zones, no leap seconds. */

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

/** The years 1 to 9999; what lies outside is a mistake in a file. Float64 holds each microsecond to 2255 and each whole second to 9999. */
const EARLIEST_MICROS = -62_135_596_800 * MICROS_PER_SECOND;
const END_MICROS = 253_402_300_800 * MICROS_PER_SECOND;
export const isInCalendar = (micros: number): boolean => micros >= EARLIEST_MICROS && micros < END_MICROS;

export type CivilDate = { year: number; month: number; day: number };

/** Whole periods up to this moment, rounded down. The quotient alone may round up to the next whole number, so the remainder decides. */
export function floorDivide(micros: number, period: number): number {
  const quotient = Math.floor(micros / period);
  const remainder = micros - quotient * period;
  return remainder < 0 ? quotient - 1 : remainder >= period ? quotient + 1 : quotient;
}

export const daysOf = (micros: number): number => floorDivide(micros, MICROS_PER_DAY);
export const microsOfDay = (micros: number): number => micros - daysOf(micros) * MICROS_PER_DAY;

/** Howard Hinnant's civil_from_days: eras of 400 years, years that begin in March. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysFromCivil({ year, month, day }: CivilDate): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

export const dateOf = (micros: number): CivilDate => civilFromDays(daysOf(micros));

/** 0 is Monday; day 0 of 1970 was a Thursday. */
export const daysSinceMonday = (days: number): number => (((days + 3) % 7) + 7) % 7;

/** ISO 8601: the week belongs to the year of its Thursday. */
export function isoWeek(micros: number): number {
  const days = daysOf(micros);
  const thursday = days - daysSinceMonday(days) + 3;
  const firstOfYear = daysFromCivil({ year: civilFromDays(thursday).year, month: 1, day: 1 });
  return Math.floor((thursday - firstOfYear) / 7) + 1;
}

export function dayOfYear(micros: number): number {
  const days = daysOf(micros);
  return days - daysFromCivil({ year: civilFromDays(days).year, month: 1, day: 1 }) + 1;
}

const written = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$/;

/** `2024-02-29`, `2024-02-29 10:30`, `2024-02-29T10:30:05.25`; NaN for anything else, also for a day that does not exist. */
export function parseTimestamp(text: string): number {
  const parts = written.exec(text);
  if (!parts) return NaN;
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part) => (part === undefined ? 0 : Number(part)));
  const fraction = Number((parts[7] ?? '').padEnd(6, '0'));
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return NaN;
  const days = daysFromCivil({ year, month, day });
  if (civilFromDays(days).month !== month) return NaN;
  const micros = days * MICROS_PER_DAY + (hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + fraction;
  return isInCalendar(micros) ? micros : NaN;
}
