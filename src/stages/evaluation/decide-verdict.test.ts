import { describe, expect, it } from 'vitest';
import { verdictSentences } from '../../domain/verdict.ts';
import { decideVerdict } from './decide-verdict.ts';

const inOrder = { keptLeaks: [], isParityEqual: true, wallMs: 59_000, budgetMs: 60_000 };

describe('the verdict', () => {
  it('is worth using when the whole interval of the gain is above nothing', () => {
    expect(decideVerdict({ value: 0.1, low: 0.01, high: 0.2 }, inOrder)).toEqual({ kind: 'worth-using', reason: null });
  });

  it('is promising when the gain may still be chance', () => {
    expect(decideVerdict({ value: 0.1, low: -0.01, high: 0.2 }, inOrder).kind).toBe('promising');
    expect(decideVerdict({ value: 0.1, low: 0, high: 0.2 }, inOrder).kind).toBe('promising');
  });

  it('is no better when there is no gain', () => {
    expect(decideVerdict({ value: 0, low: 0, high: 0 }, inOrder).kind).toBe('no-better');
    expect(decideVerdict({ value: -0.1, low: -0.2, high: 0.1 }, inOrder).kind).toBe('no-better');
  });

  it('forbids the use, whatever the gain, of a kept leak, a file that answers otherwise and an overrun build', () => {
    const large = { value: 0.4, low: 0.3, high: 0.5 };
    expect(decideVerdict(large, { ...inOrder, keptLeaks: ['registered'] })).toMatchObject({
      kind: 'do-not-use',
      reason: expect.stringContaining('"registered"'),
    });
    expect(decideVerdict(large, { ...inOrder, isParityEqual: false })).toMatchObject({ kind: 'do-not-use', reason: expect.stringContaining('packaged file') });
    expect(decideVerdict(large, { ...inOrder, wallMs: 61_300 })).toMatchObject({ kind: 'do-not-use', reason: expect.stringContaining('budget') });
    expect(decideVerdict(large, { ...inOrder, wallMs: 61_000 }).kind).toBe('worth-using');
  });

  it('has four fixed sentences, all different', () => {
    expect(new Set(Object.values(verdictSentences)).size).toBe(4);
  });
});
