import { unreachable } from './error.ts';
import type { DecisionRule } from './event.ts';

/**
 * The class decided for each row of row-major probabilities, K a row. argmax: the most probable. threshold (two classes):
 * the second class where its probability reaches the threshold. multipliers: the greatest product of probability and the
 * class's number. Among equals the first class.
 */
export function decide(probabilities: Float64Array, classCount: number, rule: DecisionRule): Int32Array {
  const decided = new Int32Array(probabilities.length / classCount);
  switch (rule.kind) {
    case 'threshold':
      for (let row = 0; row < decided.length; row++) decided[row] = probabilities[2 * row + 1] >= rule.threshold ? 1 : 0;
      return decided;
    case 'argmax':
      return decideGreatest(probabilities, classCount, new Float64Array(classCount).fill(1), decided);
    case 'multipliers':
      return decideGreatest(probabilities, classCount, Float64Array.from(rule.values), decided);
    default:
      return unreachable(rule);
  }
}

function decideGreatest(probabilities: Float64Array, classCount: number, multipliers: Float64Array, decided: Int32Array): Int32Array {
  for (let row = 0; row < decided.length; row++) {
    let best = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classCount; k++) {
      const value = probabilities[row * classCount + k] * multipliers[k];
      if (value > bestValue) {
        best = k;
        bestValue = value;
      }
    }
    decided[row] = best;
  }
  return decided;
}
