import type { ReadingRule } from './column.ts';

/**
 * Patterns in the syntax that JavaScript and RE2 share; all are matched against the whole trimmed text. `plain` is also
 * what the tables edge matches in SQL, so it must mean the same in both.
 */
const plain = '[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?';
export const PLAIN_NUMBER_PATTERN = plain;
/** Of the plain numbers those that are other ones where a comma parts the decimals and a point the thousands: 1.100. */
export const OPEN_NUMBER_PATTERN = '[+-]?[1-9][0-9]{0,2}[.][0-9]{3}';

export type NumberStyle = Extract<ReadingRule, { type: 'number' }>['style'];
/** What parts the decimals. */
export type DecimalMark = '.' | ',';

/** A space between thousands may also be a thin one, one as wide as a digit, or one that does not break the line. */
const SPACE = '[ \\u00a0\\u2007\\u2009\\u202f]';
/** Signs, codes and abbreviations of money: dollars and reals of any country, crowns, zlotys, forints, rupees. */
const CODES =
  'USD|EUR|GBP|CHF|JPY|NOK|SEK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|INR|CNY|RMB|KRW|TWD|THB|IDR|MYR|PHP|VND|SGD|HKD|AUD|NZD|CAD|MXN|BRL|ARS|CLP|COP|PEN|ZAR|NGN|EGP|ILS|AED|SAR|BTC';
const SIGN = `(?:[A-Z]{0,2}[$]|[€£¥₹₽₩₴₺₿₦₫₱₪¢]|${CODES}|[Kk]r[.]?|zł|Kč|Ft|Rs[.]?|S?Fr[.]|[Ee]uros?)`;
/** Print has a minus of its own. */
const MINUS = '[-\\u2212]';
const PLUS_OR_MINUS = '[-+\\u2212]';

type Patterns = { plain: RegExp; grouped: RegExp; currency: RegExp; percent: RegExp; scaled: RegExp };

/** What stands behind a number for its thousands. A small m is a metre or a minute. */
const scales: Record<string, number> = {
  K: 1e3,
  k: 1e3,
  'Tsd.': 1e3,
  Tsd: 1e3,
  M: 1e6,
  'Mio.': 1e6,
  Mio: 1e6,
  million: 1e6,
  B: 1e9,
  bn: 1e9,
  Bn: 1e9,
  'Mrd.': 1e9,
  Mrd: 1e9,
  billion: 1e9,
};

/** Most texts are not scaled, and the whole pattern is slow. */
const mayBeScaled = /[0-9.,][ \u00a0\u2007\u2009\u202f]?(?:[KkMB]|bn|Tsd|million|billion)/;

/**
 * The patterns for one decimal mark; thousands are grouped by the other mark, by spaces or by apostrophes, and never begin with 0. Book-keepers write
 * a negative amount in parentheses or with the minus behind it; `5.-` is a whole amount and no negative one.
 */
function patternsFor(mark: DecimalMark): Patterns {
  const other = mark === '.' ? ',' : '[.]';
  const point = mark === '.' ? '[.]' : ',';
  const thousands = [other, SPACE, "['’]"].map((separator) => `[1-9][0-9]{0,2}(?:${separator}[0-9]{3})+`);
  // India groups by two above the thousands: 12,34,567.
  const groups = [...thousands, ...(mark === '.' ? ['[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}'] : [])].join('|');
  const grouped = `(?:${groups})(?:${point}[0-9]*)?`;
  const amount = `(?:${grouped}|[0-9]+(?:${point}[0-9]*)?|${point}[0-9]+)`;
  const behind = `(?:(?:${groups}|[0-9]+)(?:${point}[0-9]+)?|${point}[0-9]+)${MINUS}`;
  const plainHere = mark === '.' ? plain : plain.replaceAll('[.]', ',');
  const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
  const amounts = [
    `(${PLUS_OR_MINUS}?) ?${SIGN}${SPACE}?(${PLUS_OR_MINUS}?)(${amount})`,
    `${SIGN}${SPACE}?(${behind})`,
    `(${PLUS_OR_MINUS}?${amount}|${behind})${SPACE}?${SIGN}`,
    `[(] ?${SIGN}?${SPACE}?(${amount}) ?[)]`,
  ];
  return {
    plain: whole(plainHere),
    grouped: whole(`${PLUS_OR_MINUS}?${grouped}|${behind}|\\u2212${plainHere.replace('[+-]?', '')}`),
    currency: whole(amounts.join('|')),
    scaled: whole(`(${PLUS_OR_MINUS}?) ?${SIGN}?${SPACE}?(${amount})${SPACE}?(${Object.keys(scales).join('|').replaceAll('.', '[.]')})${SPACE}?${SIGN}?`),
    percent: whole(`(${PLUS_OR_MINUS}?${amount}|${behind})${SPACE}?%|[(] ?(${amount})${SPACE}?% ?[)]`),
  };
}

const patterns: Record<DecimalMark, Patterns> = { '.': patternsFor('.'), ',': patternsFor(',') };

/**
 * Reads one kind of cell. A style reads what it is named for, and plain and grouped numbers where they stand between; times of day and durations stand
 * alone. `12%` is 12: the number as the user writes it. `1.2K` is 1200, and amounts of money may stand beside it. `14:35` is 875, in minutes since
 * midnight, and `31:05:10` as many minutes. A number too large for a double is unreadable, not infinite.
 */
export function readNumber(text: string, style: NumberStyle, mark: DecimalMark = '.'): number | undefined {
  if (style === 'time' || style === 'duration') {
    if (!text.includes(':')) return undefined;
    return minutesOfDay(text) ?? (style === 'duration' ? minutesOf(text) : undefined);
  }
  const known = patterns[mark];
  const value = known.plain.test(text) ? numberOf(text, mark) : style === 'plain' ? undefined : readStyledNumber(text, style, mark);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** The digits without what groups them. */
function numberOf(digits: string, mark: DecimalMark): number {
  const bare = digits.replaceAll(mark === '.' ? /[,'’ \u00a0\u2007\u2009\u202f]/g : /[.'’ \u00a0\u2007\u2009\u202f]/g, '').replace('\u2212', '-');
  const value = (text: string) => Number(mark === '.' ? text : text.replace(',', '.'));
  return bare.endsWith('-') ? -value(bare.slice(0, -1)) : value(bare);
}

function readStyledNumber(text: string, style: Exclude<NumberStyle, 'plain' | 'time' | 'duration'>, mark: DecimalMark): number | undefined {
  const known = patterns[mark];
  if (known.grouped.test(text)) return numberOf(text, mark);
  if (style === 'scaled') {
    const match = mayBeScaled.test(text) ? known.scaled.exec(text) : null;
    if (match) return Number((numberOf(match[1] + match[2], mark) * scales[match[3]]).toPrecision(15));
  }
  if (style === 'currency' || style === 'scaled') {
    const match = known.currency.exec(text);
    if (!match) return undefined;
    const [, signBefore, signAfter, leading, leadingBehind, trailing, inParentheses] = match;
    if (inParentheses !== undefined) return -numberOf(inParentheses, mark);
    if (trailing !== undefined) return numberOf(trailing, mark);
    if (leadingBehind !== undefined) return numberOf(leadingBehind, mark);
    if (signBefore && signAfter) return undefined;
    return numberOf(signBefore + signAfter + leading, mark);
  }
  if (style === 'percent') {
    const match = known.percent.exec(text);
    if (!match) return undefined;
    const [, open, inParentheses] = match;
    return inParentheses === undefined ? numberOf(open, mark) : -numberOf(inParentheses, mark);
  }
  return undefined;
}

const timeOfDay = /^([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9](?:[.,][0-9]{1,9})?))?(?: ?([AaPp])[.]? ?[Mm][.]?)?(?: (?:Uhr|h))?$/;

function minutesOfDay(text: string): number | undefined {
  const match = timeOfDay.exec(text);
  if (!match) return undefined;
  const [, hours, minutes, seconds, half] = match;
  const hour = Number(hours);
  if (half === undefined ? hour > 23 : hour < 1 || hour > 12) return undefined;
  const since = half === undefined ? hour : (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  return since * 60 + Number(minutes) + Number((seconds ?? '0').replace(',', '.')) / 60;
}

/** Hours, minutes and seconds, however many hours; days before them as Python writes them. Two parts alone could as well be minutes and seconds. */
const duration = /^([-\u2212]?)(?:([0-9]{1,6}) days?,? )?([0-9]{1,6}):([0-5][0-9]):([0-5][0-9](?:[.,][0-9]{1,9})?)$/;

function minutesOf(text: string): number | undefined {
  const match = duration.exec(text);
  if (!match) return undefined;
  const [, sign, days, hours, minutes, seconds] = match;
  const total = Number(days ?? 0) * 1440 + Number(hours) * 60 + Number(minutes) + Number(seconds.replace(',', '.')) / 60;
  return sign === '' ? total : -total;
}
