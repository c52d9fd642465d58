/** A number that ends in a digit, and the letters or the degree behind it. A number in two ways of writing is judged by its own reader. */
const numberWithUnit =
  /^[-+\u2212]?(?:[0-9][0-9.,'’ \u00a0\u2007\u2009\u202f]*)?[0-9][ \u00a0\u2009\u202f]?([\p{L}°µ"][\p{L}\p{N}°²³./%-]{0,15}(?: \p{L}[\p{L}²³./]{0,15}){0,2})$/u;

/** What stands behind the number of a cell such as "12 kg" or "21.5 °C"; undefined for other cells, and for codes such as 007A. */
export const unitOf = (text: string): string | undefined => (/^0[0-9]/.test(text) ? undefined : numberWithUnit.exec(text)?.[1]);

/** The number of a cell of a column with units (the longest first): "12 kg" is 12, and a cell without a unit stays as it is. */
export function withoutUnit(text: string, units: string[]): string {
  const unit = units.find((one) => text.endsWith(one));
  return unit === undefined ? text : text.slice(0, -unit.length).replace(/[ \u00a0\u2009\u202f]$/, '');
}
