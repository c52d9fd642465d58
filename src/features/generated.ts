import type { ColumnType } from '../domain/column.ts';
import { recheckExpression, type CheckedExpression } from './check-expression.ts';

/** Two numbers put together by the feature language. */
export const arithmetic = ['-', '/', '*', '+'] as const;
export type Arithmetic = (typeof arithmetic)[number];

/**
 * A feature made of two others, by their places in the list of features. `pair`: the levels of both together. `deviation`: a number less its mean
 * among the rows of the same level of the second.
 */
export type GeneratedFeature = { kind: Arithmetic | 'pair' | 'deviation'; of: readonly [number, number] };

type Named = { name: string; expression: CheckedExpression };

/** Two numbers as one expression: checked like any other, and refused where it would be too large. */
export function combine(operation: Arithmetic, first: Named, second: Named, inputs: readonly { name: string; type: ColumnType }[]): Named {
  const types = new Map(inputs.map(({ name, type }) => [name, type]));
  const expression = recheckExpression({ kind: 'call', type: 'number', function: operation, args: [first.expression, second.expression] }, types);
  return { name: `${first.name} ${operation} ${second.name}`, expression };
}
