import type { Plan } from '../../domain/plan.ts';

/** A feature as text of the feature language, before it is parsed and checked. */
export type FeatureProposal = { name: string; text: string; as: 'number' | 'count' | 'category' | 'text'; isPersonal: boolean };

const quotedText = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** A longer CASE would pass the size that an expression may have. */
const MAX_STEPS = 50;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Parts of a date that repeat, and its distance from a fixed day. */
const dateParts = ['year', 'month', 'day', 'dayofweek', 'dayofyear', 'hour'] as const;
const MAX_DATE_PAIRS = 10;

const between = (first: string, last: string) =>
  Array.from({ length: last.charCodeAt(0) - first.charCodeAt(0) + 1 }, (_, at) => String.fromCharCode(first.charCodeAt(0) + at)).join('');

/** How a text is written says something that its words do not: shouting, prices, codes. Capitals are those of Latin, Greek and Cyrillic. */
const countedCharacters = [
  ['spaces', ' \u00a0'],
  ['digits', between('0', '9')],
  ['capitals', between('A', 'Z') + between('À', 'Ö') + between('Ø', 'Þ') + between('Α', 'Ρ') + between('Σ', 'Ω') + between('Ё', 'Я')],
  ['punctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»€£§°–—‘’“”…'],
] as const;

/** The features of the plan's inputs: numbers and categories as they are, dates by their parts and differences, texts with their sizes. */
export function proposeFeatures(plan: Plan): FeatureProposal[] {
  const features: FeatureProposal[] = [];
  for (const { name, kind, rule, isPersonal, order } of plan.inputs) {
    const column = quoted(name);
    const add = (suffix: string, text: string, as: FeatureProposal['as']) => features.push({ name: suffix ? `${name} ${suffix}` : name, text, as, isPersonal });
    if (rule.type === 'timestamp') {
      for (const part of dateParts) add(part, `${part}(${column})`, 'number');
      add('days', `epoch(${column}) / 86400`, 'number');
    } else if (rule.type === 'text' && kind === 'text') {
      add('', column, 'text');
      add('length', `length(${column})`, 'number');
      for (const [counted, characters] of countedCharacters)
        add(counted, `length(${column}) - length(translate(${column}, ${quotedText(characters)}, ''))`, 'count');
      // Repeated texts are also levels: codes with their names, titles, places.
      add('as a level', column, 'category');
    } else if (rule.type === 'text') {
      add('', column, 'category');
      if (order !== null && order.length <= MAX_STEPS && !isPersonal)
        add('step', `CASE ${column} ${order.map((level, step) => `WHEN ${quotedText(level)} THEN ${step}`).join(' ')} END`, 'number');
    } else add('', column, 'number');
  }
  const dates = plan.inputs.filter(({ rule }) => rule.type === 'timestamp').map(({ name }) => name);
  const pairs = dates.flatMap((later, i) => dates.slice(0, i).map((earlier) => [earlier, later] as const));
  for (const [earlier, later] of pairs.slice(0, MAX_DATE_PAIRS)) {
    const text = `(epoch(${quoted(later)}) - epoch(${quoted(earlier)})) / 86400`;
    features.push({ name: `days from ${earlier} to ${later}`, text, as: 'number', isPersonal: false });
  }
  return features;
}
