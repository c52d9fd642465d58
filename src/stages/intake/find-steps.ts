/**
 * Texts that stand for steps of a scale: ranges of numbers (`< 0 DM`, `1 - 200 DM`, `55+`, `18 to 25`) or the words of a known scale.
 * Gives the steps from the lowest to the highest; other values (`unknown`) stay outside of the order.
 */
export function findSteps(values: { text: string; count: number }[]): { order: string[]; reason: string } | undefined {
  if (values.length < MIN_STEPS || values.length > MAX_STEPS) return undefined;
  return findRanges(values) ?? findScale(values) ?? findNumberedScale(values);
}

const MIN_STEPS = 3;
const MAX_STEPS = 50;
/** Values that are no range, such as "unknown" and "none". */
const MAX_OTHERS = 2;
const LEAST_RANGE_SHARE = 0.5;

type Step = { text: string; low: number; high: number; isRange: boolean };

function findRanges(values: { text: string; count: number }[]): { order: string[]; reason: string } | undefined {
  const steps = values.flatMap(({ text }) => {
    const step = readStep(text);
    return step ? [step] : [];
  });
  const ranges = steps.filter(({ isRange }) => isRange);
  if (ranges.length === 0 || steps.length < MIN_STEPS || values.length - steps.length > MAX_OTHERS) return undefined;
  // Single numbers are steps between many ranges, or below or above an open one: 1, 2, 3, "4+".
  const hasOpenEnd = ranges.some(({ low, high }) => low === -Infinity || high === Infinity);
  if (!hasOpenEnd && (ranges.length < MIN_STEPS || steps.length - ranges.length > ranges.length)) return undefined;
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const inSteps = new Set(steps.map(({ text }) => text));
  const covered = values.reduce((sum, { text, count }) => sum + (inSteps.has(text) ? count : 0), 0);
  if (covered < LEAST_RANGE_SHARE * total) return undefined;
  const sorted = steps.toSorted((a, b) => a.low - b.low || a.high - b.high);
  // Steps follow each other: they may touch, and not lie within each other.
  const isChain = sorted.every(
    (step, at) => at === 0 || (step.low >= sorted[at - 1].high - TOUCH * Math.max(1, Math.abs(step.low)) && step.high > sorted[at - 1].low),
  );
  if (!isChain) return undefined;
  return { order: sorted.map(({ text }) => text), reason: `holds ranges from "${sorted[0].text}" to "${sorted[sorted.length - 1].text}"` };
}

/** Neighbours may share an end, or begin one after the other's end. */
const TOUCH = 1e-9;

const AMOUNT = String.raw`[$€£¥]? ?(-?[0-9]+(?:[,' ][0-9]{3})*(?:\.[0-9]+)?)(?: ?(k|m|tsd|mio)(?!\p{L}))?`;
const UNIT = String.raw`(?: ?(?:[$€£¥%]|\p{L}[\p{L}.²/]*(?: old)?)){0,2}`;
const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`, 'iu');
const below = whole(`(?:<=?|≤|under|below|less than|up to|fewer than|bis(?: zu)?|unter|weniger als|menos de|hasta) ?${AMOUNT}${UNIT}`);
const above = whole(`(?:>=?|≥|over|above|more than|from|ab|über|mehr als|mindestens|más de|mas de|desde) ?${AMOUNT}${UNIT}`);
const andMore = whole(`${AMOUNT}${UNIT} ?(?:\\+|or more|or older|and over|and above|and older|oder mehr|und mehr|o más|y más)${UNIT}`);
/** As pandas and R cut numbers into steps: (0, 10], [-inf, 0). */
const END = String.raw`([-+]?(?:inf|[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?))`;
const interval = whole(`[[(\\]]${END} ?[,;] ?${END}[\\])[]`);
const between = whole(`[[(]?${AMOUNT}${UNIT} ?(?:-|–|—|to|bis|a|\\.\\.|,|;) ?${AMOUNT}${UNIT}[\\])]?`);
const single = whole(`${AMOUNT}${UNIT}`);

function readStep(text: string): Step | undefined {
  const value = (digits: string, scale: string | undefined) =>
    Number(digits.replaceAll(/[,' ]/g, '')) * (scale === undefined ? 1 : /^k|tsd$/i.test(scale) ? 1e3 : 1e6);
  const isOneWord = /^[\p{L}\s]+$/u.test(text);
  if (isOneWord) return undefined;
  const cut = interval.exec(text);
  if (cut) {
    const [from, to] = [cut[1], cut[2]].map((end) => Number(end.toLowerCase().replace('inf', 'Infinity')));
    return from < to ? { text, low: from, high: to, isRange: true } : undefined;
  }
  const low = below.exec(text);
  if (low) return { text, low: -Infinity, high: value(low[1], low[2]), isRange: true };
  const high = above.exec(text) ?? andMore.exec(text);
  if (high) return { text, low: value(high[1], high[2]), high: Infinity, isRange: true };
  const both = between.exec(text);
  if (both) {
    const scale = both[2] ?? both[4];
    const step = { text, low: value(both[1], scale), high: value(both[3], both[4] ?? both[2]), isRange: true };
    return step.low < step.high ? step : undefined;
  }
  const one = single.exec(text);
  if (one) return { text, low: value(one[1], one[2]), high: value(one[1], one[2]), isRange: false };
  return undefined;
}

/** "1 - strongly disagree", "2", "3: neutral": a step and what it is called. */
const numbered = /^([0-9]{1,2})(?: ?[-–—:.=)] ?(\p{L}.*))?$/u;
const MAX_NUMBERED = 11;
/** What the ends of a scale are called, and names of things are not. */
const endOfScale =
  /agree|likely|satisf|happy|never|always|low|high|poor|good|bad|excellent|best|worst|least|most|very|extreme|not at all|none|strong|weak|important|easy|difficult|zustimm|zufrieden|nie|immer|niedrig|hoch|gering|schlecht|gut|sehr|wichtig|acuerdo|satisfech|nunca|siempre|baj[oa]|alt[oa]|mal[oa]?|buen[oa]?|muy|nada/i;

/** The steps of a scale by the numbers before their names, of which the first and the last have to be those of a scale: 1 - cash, 2 - card is none. */
function findNumberedScale(values: { text: string }[]): { order: string[]; reason: string } | undefined {
  const steps = values
    .map(({ text }) => ({ text, match: numbered.exec(text) }))
    .map(({ text, match }) => ({ text, at: Number(match?.[1] ?? NaN), name: match?.[2] }));
  const sorted = steps.toSorted((a, b) => a.at - b.at);
  const isRow =
    sorted.every(({ at }, index) => (index === 0 ? at >= 0 : at > sorted[index - 1].at)) && sorted[sorted.length - 1].at - sorted[0].at < MAX_NUMBERED;
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  if (!isRow || !endOfScale.test(first.name ?? '') || !endOfScale.test(last.name ?? '')) return undefined;
  return { order: sorted.map(({ text }) => text), reason: `is a scale from "${first.text}" to "${last.text}"` };
}

/** Scales in words, the lowest step first; spellings of one step are parted by a bar. */
const scales = [
  'very low|verylow, low, medium|moderate|mid|med|average|normal, high, very high|veryhigh|vhigh|critical|urgent',
  'niedrig|gering, mittel, hoch, sehr hoch',
  'bajo|baja, medio|media, alto|alta, muy alto|muy alta',
  'tiny, small, medium|med, big|large, huge|extra large',
  'xxs, xs, s, m, l, xl, xxl, xxxl',
  'klein, mittel, gross|groß',
  'never, rarely|seldom, sometimes|occasionally, often|frequently, always|very often',
  'nie, selten, manchmal, oft|häufig, immer',
  'very poor|terrible, poor|bad, fair|average|typical, good, very good|great, excellent|ideal, outstanding',
  'po, fa, ta, gd, ex',
  'fair, good, very good, premium, ideal',
  'strongly disagree, disagree, neutral|undecided|neither agree nor disagree, agree, strongly agree',
  'very unsatisfied|very dissatisfied, unsatisfied|dissatisfied, neutral, satisfied, very satisfied',
  'beginner|novice, intermediate, advanced, expert',
  'none, mild, moderate, severe, critical',
  'bronze, silver, gold, platinum, diamond',
  'basic, standard, premium, enterprise',
  'junior, mid|intermediate, senior, lead|principal',
].map((scale) => new Map(scale.split(', ').flatMap((step, at) => step.split('|').map((word) => [word, at] as const))));

function findScale(values: { text: string }[]): { order: string[]; reason: string } | undefined {
  for (const scale of scales) {
    const placed = values.map(({ text }) => ({ text, at: scale.get(text.toLowerCase().replaceAll(/[-_]+/g, ' ')) ?? -1 }));
    if (placed.some(({ at }) => at < 0) || new Set(placed.map(({ at }) => at)).size !== placed.length) continue;
    const order = placed.toSorted((a, b) => a.at - b.at).map(({ text }) => text);
    return { order, reason: `is a scale from "${order[0]}" to "${order[order.length - 1]}"` };
  }
  return undefined;
}
