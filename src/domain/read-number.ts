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

/** A space between thousands may also be one that does not break the line. */
const SPACE = '[ \\u00a0\\u202f]';
const SIGN = '(?:[$€£¥₹]|US[$]|USD|EUR|GBP|CHF|JPY)';

type Patterns = { plain: RegExp; grouped: RegExp; currency: RegExp; percent: RegExp };

/** The patterns for one decimal mark; thousands are grouped by the other mark, by spaces or by apostrophes, and never begin with 0. */
function patternsFor(mark: DecimalMark): Patterns {
  const other = mark === '.' ? ',' : '[.]';
  const point = mark === '.' ? '[.]' : ',';
  const groups = [other, SPACE, "['’]"].map((separator) => `[1-9][0-9]{0,2}(?:${separator}[0-9]{3})+`).join('|');
  const grouped = `(?:${groups})(?:${point}[0-9]*)?`;
  const amount = `(?:${grouped}|[0-9]+(?:${point}[0-9]*)?|${point}[0-9]+)`;
  const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
  return {
    plain: whole(mark === '.' ? plain : plain.replaceAll('[.]', ',')),
    grouped: whole(`[+-]?${grouped}`),
    currency: whole(`([+-]?) ?${SIGN}${SPACE}?([+-]?)(${amount})|([+-]?)(${amount})${SPACE}?${SIGN}|[(] ?${SIGN}?${SPACE}?(${amount}) ?[)]`),
    percent: whole(`([+-]?${amount})${SPACE}?%`),
  };
}

const patterns: Record<DecimalMark, Patterns> = { '.': patternsFor('.'), ',': patternsFor(',') };

/**
 * Reads one kind of cell. A style reads what it is named for, and plain and grouped numbers where they stand between.
 * `12%` is 12: the number as the user writes it. A number too large for a double is unreadable, not infinite.
 */
export function readNumber(text: string, style: NumberStyle, mark: DecimalMark = '.'): number | undefined {
  const known = patterns[mark];
  const value = known.plain.test(text) ? numberOf(text, mark) : style === 'plain' ? undefined : readStyledNumber(text, style, mark);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** The digits without what groups them. */
function numberOf(digits: string, mark: DecimalMark): number {
  const bare = digits.replaceAll(mark === '.' ? /[,'’ \u00a0\u202f]/g : /[.'’ \u00a0\u202f]/g, '');
  return Number(mark === '.' ? bare : bare.replace(',', '.'));
}

function readStyledNumber(text: string, style: Exclude<NumberStyle, 'plain'>, mark: DecimalMark): number | undefined {
  const known = patterns[mark];
  if (known.grouped.test(text)) return numberOf(text, mark);
  if (style === 'currency') {
    const match = known.currency.exec(text);
    if (!match) return undefined;
    const [, signBefore, signAfter, leading, signOfTrailing, trailing, inParentheses] = match;
    if (inParentheses !== undefined) return -numberOf(inParentheses, mark);
    if (trailing !== undefined) return numberOf(signOfTrailing + trailing, mark);
    if (signBefore && signAfter) return undefined;
    return numberOf(signBefore + signAfter + leading, mark);
  }
  if (style === 'percent') {
    const match = known.percent.exec(text);
    return match ? numberOf(match[1], mark) : undefined;
  }
  return undefined;
}
