import type { Judgement, Wish } from './reading.ts';
import { alarmWords, capacityPatterns, costWords, judgements, missWords, otherWishes, predictionWords } from './rule-words.ts';
import { articles } from './weigh-words.ts';
import { numberAt, wordsIn } from './words.ts';

/** How answers are to be judged. */
export function findJudgement(text: string): Wish<Judgement> | null {
  const found = judgements.find(([pattern]) => pattern.test(text));
  return found ? { value: found[1], certainty: 0.8, reason: found[2] } : null;
}

const TIMES = /\b(?:times|x|mal|fach|veces|fold)\b/;
/** Neither error is called by its name: the first one told of is taken for the miss. */
const UNNAMED_CERTAINTY = 0.45;

/** "Missing one costs ten times more than a false alarm", "missing a leaver costs $50, a needless offer $5". */
export function findCosts(text: string): Wish<{ falsePositive: number; falseNegative: number }> | null {
  for (const sentence of text.split(/[.;!?]+/)) {
    const miss = missWords.exec(sentence);
    const alarm = alarmWords.exec(sentence);
    if (!costWords.test(sentence)) continue;
    const wish = (falsePositive: number, falseNegative: number, certainty: number, reason = 'the sentence says what errors cost') => ({
      value: { falsePositive, falseNegative },
      certainty,
      reason,
    });
    const words = wordsIn(sentence);
    const numbers = words.flatMap((_, at) => {
      const isInside = at > 0 && numberAt(words, at - 1) !== undefined && /^(?:hundred|thousand|k|mil|tausend|million)$/.test(words[at]);
      const number = articles.has(words[at]) && !/^(?:twice|double)$/.test(words[at]) ? undefined : isInside ? undefined : numberAt(words, at);
      return number ? [{ at, value: number.value, next: words[at + number.length] ?? '' }] : [];
    });
    const factor = numbers.find(
      ({ next, at }) => TIMES.test(next) || /^(?:twice|double|doppelt|doble|zehnmal|funfmal)$/.test(words[at]) || /^[0-9]+x$/.test(words[at]),
    );
    if (!miss && !alarm) {
      const isCompared = /\b(?:cost|costs|kostet|cuesta|worse|schlimmer|peor)\b[^.]*\b(?:as much as|more than|than|as|wie|als|que)\b/.test(sentence);
      if (factor && factor.value > 0 && isCompared)
        return wish(1, factor.value, UNNAMED_CERTAINTY, 'the sentence says what errors cost; which of them is the miss is a guess');
      continue;
    }
    // Where one of them alone is called by its name, it is the one before or behind "than".
    const behind = /\b(?:than|as much as|as|wie|als|que)\b(?! (?:much|bad))/.exec(sentence.slice(sentence.search(TIMES) + 1))?.index ?? Infinity;
    const than = behind + sentence.search(TIMES) + 1;
    const missFirst = miss !== null ? (alarm === null ? miss.index < than : miss.index < alarm.index) : (alarm?.index ?? 0) > than;
    if (factor && factor.value > 0) return missFirst ? wish(1, factor.value, 0.9) : wish(factor.value, 1, 0.85);
    if (miss && alarm && numbers.length === 2) {
      const [first, second] = numbers.map(({ value }) => value);
      if (first > 0 && second > 0) return missFirst ? wish(second, first, 0.9) : wish(first, second, 0.9);
    }
  }
  return null;
}

/** "We can call 50 a week". */
export function findCapacity(text: string): Wish<number> | null {
  for (const pattern of capacityPatterns) {
    const match = pattern.exec(text);
    const value = match && numberAt(wordsIn(match[1]), 0)?.value;
    if (value && value >= 1) return { value: Math.round(value), certainty: 0.85, reason: 'the sentence says how many can be acted on' };
  }
  return null;
}

/** What else than a prediction is asked for. */
export function findOtherWish(text: string): string | null {
  if (predictionWords.test(text)) return null;
  return otherWishes.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
