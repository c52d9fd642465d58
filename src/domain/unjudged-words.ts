const MAX_NAMED = 5;

/** Of which classes nothing was measured, in a sentence; null where every class was met. */
export function unjudgedWords(classes: readonly string[]): string | null {
  if (classes.length === 0) return null;
  const named = classes.slice(0, MAX_NAMED).map((name) => `“${name}”`);
  const hidden = classes.length - named.length;
  const list = new Intl.ListFormat('en-GB').format(hidden > 0 ? [...named, `${hidden.toLocaleString('en-US')} more`] : named);
  return `None of the measured rows is of the ${classes.length === 1 ? 'class' : 'classes'} ${list}: the score says nothing of ${classes.length === 1 ? 'it' : 'them'}.`;
}
