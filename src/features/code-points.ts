/** Text measured, cut and ordered by Unicode code points. JavaScript counts UTF-16 units, two for an emoji. */

export function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if (isHighSurrogate(text.charCodeAt(i))) count--;
  return count;
}

/** The code points from `start` up to, not including, `end`; both count from 0 and may lie outside the text. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  let index = 0;
  let from = 0;
  for (let unit = 0; unit < text.length; index++) {
    if (index === Math.max(start, 0)) from = unit;
    if (index >= end) return end <= start ? '' : text.slice(from, unit);
    unit += isHighSurrogate(text.charCodeAt(unit)) ? 2 : 1;
  }
  return end <= start || index <= start ? '' : text.slice(from);
}

/** Negative, 0 or positive. The order of UTF-8 bytes too; not that of UTF-16 units, which put emoji before U+E000. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Text here is well-formed, so a high surrogate always has its low one. */
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** Surrogates, which write code points above U+FFFF, rank above all other units. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
