import { unreachable } from './error.ts';
import type { Calibration } from './event.ts';

/** Probabilities are kept this far from 0 and 1 before a logarithm is taken: where a calibration is fitted, applied and packaged alike. */
export const PROBABILITY_FLOOR = 1e-12;

/**
 * Row-major probabilities, K a row, made honest. beta (two classes): sigmoid(a · ln p − b · ln(1 − p) + c) of the second class's
 * p; temperature: softmax(ln p / t).
 */
export function calibrate(probabilities: Float64Array, classCount: number, calibration: Calibration): Float64Array {
  switch (calibration.kind) {
    case 'none':
      return probabilities;
    case 'beta':
      return calibrateBeta(probabilities, calibration);
    case 'temperature':
      return calibrateTemperature(probabilities, classCount, calibration.t);
    default:
      return unreachable(calibration);
  }
}

function calibrateBeta(probabilities: Float64Array, { a, b, c }: { a: number; b: number; c: number }): Float64Array {
  const answers = new Float64Array(probabilities.length);
  for (let row = 0; row < probabilities.length; row += 2) {
    const p = Math.min(Math.max(probabilities[row + 1], PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR);
    answers[row + 1] = 1 / (1 + Math.exp(-(a * Math.log(p) - b * Math.log(1 - p) + c)));
    answers[row] = 1 - answers[row + 1];
  }
  return answers;
}

function calibrateTemperature(probabilities: Float64Array, classCount: number, t: number): Float64Array {
  const answers = probabilities.map((p) => Math.log(Math.max(p, PROBABILITY_FLOOR)) / t);
  for (let row = 0; row < answers.length; row += classCount) {
    // The greatest is taken off first: a small t would otherwise make every power 0.
    let greatest = -Infinity;
    for (let k = 0; k < classCount; k++) greatest = Math.max(greatest, answers[row + k]);
    let sum = 0;
    for (let k = 0; k < classCount; k++) sum += answers[row + k] = Math.exp(answers[row + k] - greatest);
    for (let k = 0; k < classCount; k++) answers[row + k] /= sum;
  }
  return answers;
}
