import type { Interval } from './event.ts';
import type { Metric } from './task.ts';

declare const receipt: unique symbol;

/** A metric computed by us on rows that the execution never saw, with its 95 % interval. Only `measureScore` makes one. */
export type Score = Readonly<Interval & { metric: Metric; rowCount: number }> & { readonly [receipt]: 'Score' };

/**
 * How much better one set of predictions is than another on the same rows, with the 95 % interval of the paired
 * difference. Positive is better whatever the metric's direction. Only `measurePaired` makes one.
 */
export type Gain = Readonly<Interval & { metric: Metric; rowCount: number }> & { readonly [receipt]: 'Gain' };
