import { z } from 'zod';
import type { ColumnType, Value } from '../domain/column.ts';
import { functionNames, type FunctionName } from './functions.ts';

/**
 * One feature: an SQL expression over a row, as a tree of plain data, kept in `features.json`. Every number is DOUBLE; a timestamp is
 * microseconds since 1970 UTC and a date is a timestamp at midnight.
 */
export type Expression =
  | { kind: 'constant'; type: ColumnType; value: Value }
  | { kind: 'column'; type: ColumnType; name: string }
  | { kind: 'call'; type: ColumnType; function: FunctionName; args: Expression[] }
  | { kind: 'case'; type: ColumnType; branches: { when: Expression; then: Expression }[]; otherwise: Expression }
  | { kind: 'cast'; type: ColumnType; to: CastTarget; arg: Expression };

/** DOUBLE, BOOLEAN, VARCHAR, TIMESTAMP, and DATE, which cuts the time of day off. */
export type CastTarget = ColumnType | 'date';

/** A branch of the tree may be this deep and the tree hold this many nodes; one text constant this many UTF-16 units. */
export const MAX_DEPTH = 24;
export const MAX_NODES = 200;
export const MAX_LITERAL_LENGTH = 1000;

const Type = z.enum(['number', 'boolean', 'text', 'timestamp']);
const Branch = z.strictObject({ when: z.lazy(() => Tree), then: z.lazy(() => Tree) });

const Tree: z.ZodType<Expression> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), type: Type, value: z.union([z.number(), z.boolean(), z.string(), z.null()]) }),
    z.strictObject({ kind: z.literal('column'), type: Type, name: z.string() }),
    z.strictObject({ kind: z.literal('call'), type: Type, function: z.enum(functionNames), args: z.array(Tree) }),
    z.strictObject({ kind: z.literal('case'), type: Type, branches: z.array(Branch).min(1), otherwise: Tree }),
    z.strictObject({ kind: z.literal('cast'), type: Type, to: z.enum([...Type.options, 'date']), arg: Tree }),
  ]),
);

/**
 * The shape of a stored tree. Its meaning (types, sizes, known columns) is checked by `recheckExpression`. A tree that is far too large is not
 * looked at: the shape is checked by recursion, which has an end in the machine.
 */
export const Expression: z.ZodType<Expression> = z.unknown().refine(isOfBoundedSize, 'the stored expression is too large').pipe(Tree);

/** A stored node is at most three levels of JSON. */
export function isOfBoundedSize(stored: unknown): boolean {
  let level: unknown[] = [stored];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth > 3 * MAX_DEPTH || count > 12 * MAX_NODES) return false;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return true;
}

/** The columns an expression reads, each once, in order of first use. */
export function columnsOf(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'column') names.add(node.name);
    else childrenOf(node).forEach(visit);
  };
  visit(expression);
  return [...names];
}

export function childrenOf(node: Expression): Expression[] {
  switch (node.kind) {
    case 'constant':
    case 'column':
      return [];
    case 'call':
      return node.args;
    case 'case':
      return [...node.branches.flatMap(({ when, then }) => [when, then]), node.otherwise];
    case 'cast':
      return [node.arg];
  }
}
