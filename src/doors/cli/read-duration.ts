import { ModelwrightError } from '../../domain/error.ts';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** "60s", "5m", "1h", "1.5h" to milliseconds; a bare number is seconds. Throws MW1001. */
export function readDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim());
  const unit = match?.[2] === 'm' || match?.[2] === 'h' ? match[2] : 's';
  const durationMs = match ? Math.round(Number(match[1]) * unitMs[unit]) : Number.NaN;
  if (!(durationMs >= 1000 && durationMs <= 24 * unitMs.h)) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: `The budget "${text}" is not a time between 1s and 24h.`,
      hint: 'Write it like 60s, 5m or 1h.',
    });
  }
  return durationMs;
}
