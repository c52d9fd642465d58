import { z } from 'zod';

/**
 * How far around an answer the truth lies, in `level` of all rows as often below as above. `low` and `high` are added to the answer on the
 * scale of the errors: the user's unit, or ln(1 + y). With a `spread` they are multiplied by it first: the usual error of answers like
 * this one, given at some answers and on a straight line between them. `least`: no truth lies below.
 */
export const PredictionInterval = z.strictObject({
  kind: z.literal('interval'),
  level: z.number().gt(0).lt(1),
  scale: z.enum(['unit', 'log1p']),
  low: z.number().max(0),
  high: z.number().min(0),
  spread: z
    .array(z.strictObject({ at: z.number(), value: z.number().positive() }))
    .min(2)
    .max(100)
    .refine((knots) => knots.every(({ at }, place) => place === 0 || at > knots[place - 1].at), 'the answers do not rise')
    .nullable(),
  least: z.number().nullable(),
});
export type PredictionInterval = z.infer<typeof PredictionInterval>;

/** What the end of a search says of intervals: the rule, or why there is none. */
export const ChosenInterval = z.discriminatedUnion('kind', [
  PredictionInterval,
  z.strictObject({ kind: z.literal('none'), because: z.literal('few-rows'), rowCount: z.int().min(0) }),
]);
export type ChosenInterval = z.infer<typeof ChosenInterval>;

/** How often the truth lay in its interval, on rows that nothing was learnt from. `isLow`: surely and clearly more seldom than the level says. */
export const Coverage = z.strictObject({
  level: z.number().gt(0).lt(1),
  coveredCount: z.int().min(0),
  rowCount: z.int().min(1),
  meanWidth: z.number().min(0),
  isLow: z.boolean(),
});
export type Coverage = z.infer<typeof Coverage>;

/** The ends for answers in the user's unit, which always lie between them. */
export function intervalsAround(interval: PredictionInterval, predictions: Float64Array): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(predictions.length);
  const high = new Float64Array(predictions.length);
  for (let row = 0; row < predictions.length; row++) {
    const prediction = predictions[row];
    const at = toErrorScale(prediction, interval.scale);
    const spread = spreadAt(interval.spread, at);
    const least = interval.least ?? -Number.MAX_VALUE;
    low[row] = Math.min(prediction, Math.max(least, fromErrorScale(at + interval.low * spread, interval.scale)));
    high[row] = Math.max(prediction, Math.min(Number.MAX_VALUE, fromErrorScale(at + interval.high * spread, interval.scale)));
  }
  return { low, high };
}

/** As rmsle reads them: numbers below 0 count as 0. */
export const toErrorScale = (value: number, scale: PredictionInterval['scale']): number => (scale === 'log1p' ? Math.log1p(Math.max(0, value)) : value);

const fromErrorScale = (value: number, scale: PredictionInterval['scale']): number => (scale === 'log1p' ? Math.expm1(value) : value);

/** Beyond the outermost knots theirs; 1 without knots. */
export function spreadAt(knots: PredictionInterval['spread'], at: number): number {
  if (knots === null) return 1;
  let above = 0;
  while (above < knots.length && knots[above].at <= at) above++;
  if (above === 0) return knots[0].value;
  if (above === knots.length) return knots[above - 1].value;
  const [from, to] = [knots[above - 1], knots[above]];
  return from.value + ((at - from.at) / (to.at - from.at)) * (to.value - from.value);
}
