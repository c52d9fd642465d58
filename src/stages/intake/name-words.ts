/** The words of a column's name, cut at signs and where small letters turn into capitals, in small letters. */
export function nameWords(name: string): string[] {
  return (name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2').match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.toLowerCase());
}

const VAGUE = new Set(
  'average avg mean total sum is has flag date time day month year value amount number count rate score index level type code name id of the in per and at by column col field var variable feature attribute attr'.split(
    ' ',
  ),
);
const plain = (word: string) => word.replace(/(?:ments?|ing|ed|es|s)$/, '');

const EARLIER = new Set(
  'prev previous last lag lagged prior before yesterday past earlier old vorher vorjahr letzte letzter anterior previo pasado'.split(' '),
);

/** Whether a name says that the value is of an earlier time: last month's sales are known. */
export const isEarlier = (name: string): boolean => nameWords(name).some((word) => EARLIER.has(word) || /^lag\d+$/.test(word));

/** Whether two names have a word in common that says something. */
export function sharesWord(a: string, b: string): boolean {
  const said = (name: string) =>
    nameWords(name)
      .filter((word) => word.length > 2 && !VAGUE.has(word))
      .map(plain);
  const other = new Set(said(b));
  return said(a).some((word) => other.has(word));
}
