import { expect, it } from 'vitest';
import { unjudgedWords } from './unjudged-words.ts';

it('names the classes that no measured row is of, five at most', () => {
  expect(unjudgedWords([])).toBeNull();
  expect(unjudgedWords(['odd'])).toBe('None of the measured rows is of the class “odd”: the score says nothing of it.');
  expect(unjudgedWords(['a', 'b'])).toBe('None of the measured rows is of the classes “a” and “b”: the score says nothing of them.');
  expect(unjudgedWords(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toContain('“e” and 2 more: the score says nothing of them');
});
