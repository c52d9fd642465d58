import { z } from 'zod';
import type { ColumnType, Value } from '../domain/column.ts';
import { ModelwrightError } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { plainName } from '../domain/plain-name.ts';
import { daysOf, isInCalendar, MICROS_PER_DAY, parseTimestamp } from './calendar.ts';
import { type CastTarget, childrenOf, Expression, isOfBoundedSize, MAX_DEPTH, MAX_LITERAL_LENGTH, MAX_NODES } from './expression.ts';
import { arityOf, functionNames, functions, functionsSpelled, type FunctionName, type Parameter } from './functions.ts';

declare const receipt: unique symbol;
/** Proof that the tree stands on the allow-list, fits its inputs' types and is of bounded size. Only this file makes one. */
export type CheckedExpression = Expression & { readonly [receipt]: 'CheckedExpression' };

/**
 * Judges what DuckDB's parser made of `SELECT <text of the expression>` (`json_serialize_sql`, parsed as JSON). Whatever is not on the
 * list, whatever has a field that the list does not know, is refused: the parser may learn new things, this may not.
 */
export function checkExpression(parsed: unknown, inputs: ReadonlyMap<string, ColumnType>): CheckedExpression {
  return receiptFor(typed(new ParsedReader(inputs).read(onlySelectItem(parsed), 1), undefined, 'The expression', nowhere));
}

/** Judges a tree read from a feature file: its shape, and the same types, columns and sizes as when it was new. */
export function recheckExpression(stored: unknown, inputs: ReadonlyMap<string, ColumnType>): CheckedExpression {
  if (!isOfBoundedSize(stored)) throw refusal('MW1225', 'The stored expression is too large.', 'Take the model file from where it was built.');
  const shape = Expression.safeParse(stored);
  if (!shape.success) {
    const [issue] = shape.error.issues;
    throw refusal(
      'MW1220',
      `The stored expression is broken at ${issue.path.join('.') || 'its root'}: ${issue.message}.`,
      'Take the model file from where it was built.',
    );
  }
  const budget = new Budget();
  const rebuild = (node: Expression, depth: number): Expression => {
    budget.spend(depth, nowhere);
    const again = rebuildNode(node, (child) => rebuild(child, depth + 1), inputs);
    if (again.type !== node.type)
      throw refusal(
        'MW1224',
        `A stored part is said to be ${sqlName[node.type]} and is ${sqlName[again.type]}.`,
        'Take the model file from where it was built.',
      );
    return again;
  };
  return receiptFor(rebuild(shape.data, 1));
}

function rebuildNode(node: Expression, rebuild: (child: Expression) => Expression, inputs: ReadonlyMap<string, ColumnType>): Expression {
  switch (node.kind) {
    case 'constant':
      return constant(node.type, node.value, nowhere);
    case 'column': {
      const type = inputs.get(node.name);
      if (!type) throw unknownColumn(node.name, inputs, nowhere);
      return { kind: 'column', type, name: node.name };
    }
    case 'call':
      return call(node.function, node.args.map(rebuild), nowhere);
    case 'case':
      return choose(
        node.branches.map(({ when, then }) => ({ when: rebuild(when), then: rebuild(then) })),
        rebuild(node.otherwise),
        nowhere,
      );
    case 'cast':
      return cast(node.to, rebuild(node.arg), nowhere);
  }
}

/** The tree is shared by whoever compiles it, so nobody may change it after the check. */
function receiptFor(expression: Expression): CheckedExpression {
  const freeze = (node: Expression): void => {
    childrenOf(node).forEach(freeze);
    if (node.kind === 'case') node.branches.forEach(Object.freeze);
    if (node.kind === 'case') Object.freeze(node.branches);
    if (node.kind === 'call') Object.freeze(node.args);
    Object.freeze(node);
  };
  freeze(expression);
  // The one place where the brand is put on: everything above has just been checked.
  return expression as CheckedExpression;
}

// ── What DuckDB's parser says ────────────────────────────────────────────────────────────────────────────────────────────────

const Position = z.number();
/** An alias comes from `AS`, and from typing slips that the parser reads as one: `1e` is 1 named e. */
const common = { alias: z.literal(''), query_location: Position };
const Select = z.strictObject({
  error: z.literal(false),
  statements: z.tuple([
    z.strictObject({
      node: z.strictObject({
        type: z.literal('SELECT_NODE'),
        modifiers: z.tuple([]),
        cte_map: z.strictObject({ map: z.tuple([]) }),
        select_list: z.tuple([z.unknown()]),
        from_table: z.strictObject({ type: z.literal('EMPTY'), alias: z.literal(''), sample: z.null(), query_location: Position }),
        where_clause: z.null(),
        group_expressions: z.tuple([]),
        group_sets: z.tuple([]),
        aggregate_handling: z.literal('STANDARD_HANDLING'),
        having: z.null(),
        sample: z.null(),
        qualify: z.null(),
      }),
      named_param_map: z.tuple([]),
    }),
  ]),
});
const ParserError = z.object({ error: z.literal(true), error_message: z.string() });
const AnyNode = z.looseObject({ class: z.string(), type: z.string(), alias: z.string(), query_location: Position });
const TypeOfCast = z.strictObject({ id: z.string(), type_info: z.null() });

const Nodes = z.discriminatedUnion('class', [
  z.strictObject({ ...common, class: z.literal('COLUMN_REF'), type: z.literal('COLUMN_REF'), column_names: z.tuple([z.string()]) }),
  z.strictObject({
    ...common,
    class: z.literal('CONSTANT'),
    type: z.literal('VALUE_CONSTANT'),
    value: z.strictObject({ type: z.strictObject({ id: z.string(), type_info: z.unknown() }), is_null: z.boolean(), value: z.unknown().optional() }),
  }),
  z.strictObject({
    ...common,
    class: z.literal('FUNCTION'),
    type: z.literal('FUNCTION'),
    function_name: z.string(),
    schema: z.enum(['', 'main']),
    catalog: z.literal(''),
    children: z.array(z.unknown()),
    filter: z.null(),
    order_bys: z.strictObject({ type: z.literal('ORDER_MODIFIER'), orders: z.tuple([]) }),
    distinct: z.literal(false),
    is_operator: z.boolean(),
    export_state: z.literal(false),
  }),
  z.strictObject({
    ...common,
    class: z.literal('COMPARISON'),
    type: z.enum([
      'COMPARE_EQUAL',
      'COMPARE_NOTEQUAL',
      'COMPARE_LESSTHAN',
      'COMPARE_LESSTHANOREQUALTO',
      'COMPARE_GREATERTHAN',
      'COMPARE_GREATERTHANOREQUALTO',
      'COMPARE_DISTINCT_FROM',
      'COMPARE_NOT_DISTINCT_FROM',
    ]),
    left: z.unknown(),
    right: z.unknown(),
  }),
  z.strictObject({ ...common, class: z.literal('BETWEEN'), type: z.literal('COMPARE_BETWEEN'), input: z.unknown(), lower: z.unknown(), upper: z.unknown() }),
  z.strictObject({ ...common, class: z.literal('CONJUNCTION'), type: z.enum(['CONJUNCTION_AND', 'CONJUNCTION_OR']), children: z.array(z.unknown()) }),
  z.strictObject({
    ...common,
    class: z.literal('OPERATOR'),
    type: z.enum(['OPERATOR_NOT', 'OPERATOR_IS_NULL', 'OPERATOR_IS_NOT_NULL', 'OPERATOR_COALESCE', 'COMPARE_IN', 'COMPARE_NOT_IN']),
    children: z.array(z.unknown()),
  }),
  z.strictObject({
    ...common,
    class: z.literal('CASE'),
    type: z.literal('CASE_EXPR'),
    case_checks: z.array(z.strictObject({ when_expr: z.unknown(), then_expr: z.unknown() })),
    else_expr: z.unknown(),
  }),
  z.strictObject({ ...common, class: z.literal('CAST'), type: z.literal('OPERATOR_CAST'), child: z.unknown(), cast_type: TypeOfCast, try_cast: z.boolean() }),
]);
type ParsedNode = z.infer<typeof Nodes>;

const functionOfToken = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
  COMPARE_DISTINCT_FROM: 'is_distinct_from',
  COMPARE_NOT_DISTINCT_FROM: 'is_not_distinct_from',
  CONJUNCTION_AND: 'and',
  CONJUNCTION_OR: 'or',
  OPERATOR_NOT: 'not',
  OPERATOR_IS_NULL: 'is_null',
  OPERATOR_IS_NOT_NULL: 'is_not_null',
  OPERATOR_COALESCE: 'coalesce',
  COMPARE_IN: 'in',
  COMPARE_NOT_IN: 'not_in',
} as const satisfies Record<string, FunctionName>;

/** Forms of the grammar (`extract(… FROM …)`, `substring(… FROM …)`) that the parser itself writes with the schema `main`. */
const grammarForms = new Set(['date_part', 'substring', 'trim', 'ltrim', 'rtrim', 'position']);

/** Constructs by the parser's class or type, in the words of who wrote them. */
const constructs: Record<string, string> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  LAMBDA: 'a lambda',
  PARAMETER: 'a parameter',
  STAR: 'a star',
  COLLATE: 'a collation',
  ARRAY_EXTRACT: 'an index in brackets',
  ARRAY_SLICE: 'a slice in brackets',
  STRUCT_EXTRACT: 'a field of a structure',
  OPERATOR_TRY: 'TRY',
};

/** What to write instead of things that people often write. */
const insteadOf: Record<string, string> = {
  log: 'DuckDB reads `log` as base 10: write `ln(a)` or `log10(a)`.',
  '~~': 'Instead of LIKE use `contains`, `starts_with` or `ends_with`.',
  '~~*': 'Instead of ILIKE use `contains(lower(a), …)`.',
  '!~~': 'Instead of NOT LIKE use `NOT contains(a, …)`.',
  '//': 'Write `floor(a / b)`.',
  concat: "Write `a || b`, and `coalesce(a, '')` where NULL should count as empty.",
  regexp_matches: 'There are no regular expressions: use `contains`, `starts_with` or `ends_with`.',
  regexp_full_match: 'There are no regular expressions: use `contains`, `starts_with` or `ends_with`.',
  to_days: 'There are no intervals: use `date_diff`.',
  to_months: 'There are no intervals: use `date_diff`.',
  to_years: 'There are no intervals: use `date_diff`.',
  now: 'A feature may not depend on the clock: use `date_diff` between two columns.',
};

/** The parser's first line; of a statement of another kind it would speak of how we ask it. */
function parserWords(message: string): string {
  const [line] = message.split('\n');
  return line.includes('serialized to json') ? 'it is a statement of another kind' : line.slice(0, 200).replace(/[.!]$/, '');
}

function onlySelectItem(parsed: unknown): unknown {
  const failed = ParserError.safeParse(parsed);
  if (failed.success)
    throw refusal('MW1220', `This is not an SQL expression: ${parserWords(failed.data.error_message)}.`, 'Write one expression, as after SELECT.');
  const select = Select.safeParse(parsed);
  if (select.success) return select.data.statements[0].node.select_list[0];
  const part = select.error.issues[0].path.findLast((step) => typeof step === 'string') ?? 'statement';
  throw refusal(
    'MW1220',
    `This is not one expression: ${own(clauseNames, part) ?? `the part "${part}"`} is not allowed.`,
    'Write one expression, as after SELECT, without FROM, WHERE or another column.',
  );
}

const clauseNames: Record<string, string> = {
  statements: 'more than one statement',
  select_list: 'more than one column',
  from_table: 'FROM',
  type: 'FROM or a set operation',
  where_clause: 'WHERE',
  group_expressions: 'GROUP BY',
  group_sets: 'GROUP BY',
  aggregate_handling: 'GROUP BY',
  having: 'HAVING',
  qualify: 'QUALIFY',
  sample: 'SAMPLE',
  modifiers: 'ORDER BY, LIMIT or DISTINCT',
  map: 'WITH',
  named_param_map: 'a parameter',
};

/** A bare NULL has the type of its surroundings. */
type Untyped = 'null';
type Read = Expression | Untyped;

class ParsedReader {
  readonly #budget = new Budget();
  readonly #inputs: ReadonlyMap<string, ColumnType>;

  constructor(inputs: ReadonlyMap<string, ColumnType>) {
    this.#inputs = inputs;
  }

  read(raw: unknown, depth: number): Read {
    const node = parsedNode(raw);
    const where = placeOf(node.query_location);
    this.#budget.spend(depth, where);
    const read = (child: unknown) => this.read(child, depth + 1);
    switch (node.class) {
      case 'COLUMN_REF':
        return this.#column(node.column_names[0], where);
      case 'CONSTANT':
        return literal(node.value, where);
      case 'FUNCTION':
        return this.#function(node, depth, where);
      case 'COMPARISON':
        return callRead(functionOfToken[node.type], [read(node.left), read(node.right)], where);
      case 'BETWEEN':
        return callRead('between', [read(node.input), read(node.lower), read(node.upper)], where);
      case 'CONJUNCTION':
      case 'OPERATOR':
        return callRead(functionOfToken[node.type], node.children.map(read), where);
      case 'CASE': {
        const branches = node.case_checks.map(({ when_expr, then_expr }) => ({
          when: typed(read(when_expr), 'boolean', 'WHEN', where),
          then: read(then_expr),
        }));
        const otherwise = read(node.else_expr);
        const type = commonType([...branches.map(({ then }) => then), otherwise], 'CASE', where);
        return choose(
          branches.map(({ when, then }) => ({ when, then: typed(then, type, 'THEN', where) })),
          typed(otherwise, type, 'ELSE', where),
          where,
        );
      }
      case 'CAST':
        return castRead(node.cast_type.id, read(node.child), where);
    }
  }

  /** SQL's unquoted names know no case, so a name that fits only one column up to case means it. */
  #column(name: string, where: Where): Expression {
    const found = this.#inputs.has(name) ? name : this.#alike(name);
    const type = found === undefined ? undefined : this.#inputs.get(found);
    if (found === undefined || type === undefined) throw unknownColumn(name, this.#inputs, where);
    return { kind: 'column', type, name: found };
  }

  #alike(name: string): string | undefined {
    const plain = plainName(name);
    const names = Array.from(this.#inputs.keys(), (input) => ({ input, plain: plainName(input) }));
    const alike = names.filter((one) => one.plain.toLowerCase() === plain.toLowerCase());
    return names.find((one) => one.plain === plain)?.input ?? (alike.length === 1 ? alike[0].input : undefined);
  }

  #function(node: Extract<ParsedNode, { class: 'FUNCTION' }>, depth: number, where: Where): Expression {
    const spelling = node.function_name.toLowerCase();
    if (node.schema === 'main' && !grammarForms.has(spelling))
      throw refusal('MW1221', `A function name with a schema is not allowed${where}.`, 'Write the function without a prefix.');
    const isDatePart = spelling === 'date_part' || spelling === 'datepart';
    const named = functionsSpelled(spelling);
    if (named.length === 0 && !isDatePart) throw unknownFunction(spelling, where);
    const args = node.children.map((child) => this.read(child, depth + 1));
    if (isDatePart) return datePart(args, where);
    const fitting = named.find((name) => args.length >= arityOf(functions[name]).least && args.length <= arityOf(functions[name]).most);
    return callRead(fitting ?? named[0], args, where);
  }
}

function parsedNode(raw: unknown): ParsedNode {
  const node = Nodes.safeParse(raw);
  if (node.success) return node.data;
  const any = AnyNode.safeParse(raw);
  if (!any.success) throw refusal('MW1221', 'A part of the expression is not one that is known here.', seeDocs);
  const where = placeOf(any.data.query_location);
  const construct = own(constructs, any.data.class) ?? own(constructs, any.data.type);
  if (construct) throw refusal('MW1221', `Not allowed in a feature: ${construct}${where}.`, seeDocs);
  if (any.data.alias !== '') throw refusal('MW1221', `Not allowed in a feature: a second name (AS)${where}; a missing operator looks like one.`, seeDocs);
  const field = node.error.issues[0].path[0];
  const inside = typeof field === 'string' ? own(fieldNames, field) : undefined;
  throw refusal('MW1221', `Not allowed in a feature: ${inside ?? `${any.data.type} of this form`}${where}.`, seeDocs);
}

const fieldNames: Record<string, string> = {
  column_names: 'a column name with a prefix (a name that holds a point needs double quotes)',
  schema: 'a function name with a prefix',
  catalog: 'a function name with a prefix',
  filter: 'FILTER',
  order_bys: 'ORDER BY inside a function',
  distinct: 'DISTINCT inside a function',
  cast_type: 'a cast to this type (there are DOUBLE, BOOLEAN, VARCHAR, TIMESTAMP and DATE)',
};

const Literal = z.union([z.number(), z.string(), z.boolean()]);

/** Digits and scale of DECIMAL: 1.50 is 150 and 2; with more than 18 digits the parser writes two halves. */
const DecimalType = z.strictObject({
  type: z.literal('DECIMAL_TYPE_INFO'),
  alias: z.literal(''),
  extension_info: z.null(),
  width: z.int(),
  scale: z.int().min(0),
});
const SmallHugeInt = z.strictObject({ upper: z.literal(0), lower: z.number() });

function literal({ type, is_null, value }: Extract<ParsedNode, { class: 'CONSTANT' }>['value'], where: Where): Read {
  if (is_null) return 'null';
  const plain = Literal.safeParse(value);
  if (type.id === 'DECIMAL') {
    const scale = DecimalType.safeParse(type.type_info).data?.scale;
    const digits = plain.success ? plain.data : SmallHugeInt.safeParse(value).data?.lower;
    if (scale === undefined || !Number.isSafeInteger(digits))
      throw refusal('MW1226', `A number with more than 15 digits${where} cannot be kept exactly.`, 'Round it, or write it with an exponent (1.5e0).');
    return constant('number', Number(`${digits}e-${scale}`), where);
  }
  if (!plain.success || type.type_info !== null) throw refusal('MW1226', `A constant of the type ${type.id}${where} is not allowed.`, seeDocs);
  const kind = own(typeOfLiteral, type.id);
  if (!kind) throw refusal('MW1226', `A constant of the type ${type.id}${where} is not allowed.`, seeDocs);
  return constant(kind, plain.data, where);
}

const typeOfLiteral: Record<string, ColumnType> = { INTEGER: 'number', BIGINT: 'number', DOUBLE: 'number', VARCHAR: 'text', BOOLEAN: 'boolean' };

const shortParts: Record<string, FunctionName> = { dow: 'dayofweek', doy: 'dayofyear' };

function datePart(args: Read[], where: Where): Expression {
  const [unit, of] = args;
  const spelling = args.length === 2 && unit !== 'null' && unit.kind === 'constant' ? String(unit.value).toLowerCase() : '';
  const name = own(shortParts, spelling) ?? functionsSpelled(spelling).find((found) => functions[found].group === 'Dates and times');
  if (!name || name === 'date_diff') throw refusal('MW1222', `date_part${where} needs a part such as 'year' as a constant, and a timestamp.`, seeDocs);
  return callRead(name, [of], where);
}

const castTargets: Record<string, CastTarget> = { DOUBLE: 'number', BOOLEAN: 'boolean', VARCHAR: 'text', TIMESTAMP: 'timestamp', DATE: 'date' };
const writtenBooleans: Record<string, boolean> = { t: true, true: true, f: false, false: false };

/** Constants become constants of the type: `TRUE` and `DATE '2024-01-31'` reach us as casts of text. */
function castRead(target: string, child: Read, where: Where): Expression {
  const to = own(castTargets, target);
  if (!to)
    throw refusal(
      'MW1224',
      `A cast to ${target}${where} is not allowed.`,
      'There are DOUBLE, BOOLEAN, VARCHAR, TIMESTAMP and DATE; every number is DOUBLE: use round, floor or ceil for whole numbers.',
    );
  if (child === 'null') return constant(to === 'date' ? 'timestamp' : to, null, where);
  if (child.kind !== 'constant' || typeof child.value !== 'string') return cast(to, child, where);
  if (to === 'boolean') {
    const value = own(writtenBooleans, child.value.toLowerCase());
    if (value === undefined) throw refusal('MW1226', `The text${where} is not TRUE or FALSE.`, 'Write TRUE or FALSE.');
    return constant('boolean', value, where);
  }
  if (to === 'timestamp' || to === 'date') {
    const micros = parseTimestamp(child.value);
    if (Number.isNaN(micros))
      throw refusal('MW1226', `The text${where} is not a date or a time.`, "Write it as TIMESTAMP '2024-01-31 09:30:00' or DATE '2024-01-31'.");
    return constant('timestamp', to === 'date' ? daysOf(micros) * MICROS_PER_DAY : micros, where);
  }
  return cast(to, child, where);
}

// ── The types, for new trees and stored ones alike ───────────────────────────────────────────────────────────────────────────

const sqlName: Record<ColumnType, string> = { number: 'DOUBLE', boolean: 'BOOLEAN', text: 'VARCHAR', timestamp: 'TIMESTAMP' };

function typed(read: Read, type: ColumnType | undefined, what: string, where: Where): Expression {
  if (read === 'null') {
    if (type) return constant(type, null, where);
    throw refusal('MW1224', `${what}${where} has no type: it is NULL only.`, 'Write CAST(NULL AS DOUBLE).');
  }
  if (type && read.type !== type)
    throw refusal('MW1224', `${what}${where} has to be ${sqlName[type]} and is ${sqlName[read.type]}.`, hintForTypes(type, read.type));
  return read;
}

function hintForTypes(wanted: ColumnType, found: ColumnType): string {
  if (found === 'boolean' && wanted === 'number') return 'Write CAST(… AS DOUBLE): FALSE is 0 and TRUE is 1.';
  if (found === 'text' && wanted === 'timestamp') return "Write a constant as TIMESTAMP '2024-01-31 09:30:00', a column as CAST(… AS TIMESTAMP).";
  if (found === 'timestamp' && wanted === 'number') return "Use date_diff('day', from, to), epoch(t) or a part such as year(t).";
  if (found === 'text' && wanted === 'number') return 'Write CAST(… AS DOUBLE): text that is no number becomes NULL.';
  return 'The types are listed in docs/features.md.';
}

/** The type of the first that has one. */
function commonType(reads: readonly Read[], what: string, where: Where): ColumnType {
  for (const read of reads) if (read !== 'null') return read.type;
  throw refusal('MW1224', `${what}${where} has no type: all its values are NULL.`, 'Write CAST(NULL AS DOUBLE).');
}

/** A call whose bare NULLs take the type that their place asks for. */
function callRead(name: FunctionName, args: readonly Read[], where: Where): Expression {
  const { parameters } = functions[name];
  const same = args.filter((_, i) => parameters[Math.min(i, parameters.length - 1)] === 'same');
  const sameType = same.length > 0 ? commonType(same, functions[name].written, where) : undefined;
  const resolved = args.map((arg, i) => {
    const parameter = parameters[Math.min(i, parameters.length - 1)];
    const type = parameter === 'same' ? sameType : typeof parameter === 'string' ? parameter : undefined;
    return arg === 'null' ? typed(arg, type, `Argument ${i + 1} of ${name}`, where) : arg;
  });
  return call(name, resolved, where);
}

function call(name: FunctionName, args: Expression[], where: Where): Expression {
  const { parameters, returns, written } = functions[name];
  const { least, most } = arityOf(functions[name]);
  if (args.length < least || args.length > most) {
    const wanted = most === least ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    throw refusal('MW1224', `${name}${where} has ${args.length} arguments and takes ${wanted}.`, `It is written ${written}.`);
  }
  let same: ColumnType | undefined;
  args.forEach((arg, i) => {
    const parameter: Parameter = parameters[Math.min(i, parameters.length - 1)];
    if (parameter === 'same') same ??= arg.type;
    if (typeof parameter === 'string') typed(arg, parameter === 'same' ? same : parameter, `Argument ${i + 1} of ${name}`, where);
    else if (arg.kind !== 'constant' || !isAmong(arg.value, parameter)) {
      const wanted = 'oneOf' in parameter ? `one of ${parameter.oneOf.join(', ')}` : `a whole number from ${parameter.wholeFrom} to ${parameter.wholeTo}`;
      throw refusal('MW1224', `Argument ${i + 1} of ${name}${where} has to be a constant: ${wanted}.`, `It is written ${written}.`);
    }
  });
  const type = returns === 'same' ? same : returns;
  if (!type) throw refusal('MW1224', `${name}${where} has no type.`, `It is written ${written}.`);
  return { kind: 'call', type, function: name, args };
}

const isAmong = (value: Value, parameter: Exclude<Parameter, string>): boolean =>
  'oneOf' in parameter
    ? typeof value === 'string' && parameter.oneOf.includes(value)
    : typeof value === 'number' && Number.isInteger(value) && value >= parameter.wholeFrom && value <= parameter.wholeTo;

function choose(branches: { when: Expression; then: Expression }[], otherwise: Expression, where: Where): Expression {
  for (const { when, then } of branches) {
    typed(when, 'boolean', 'WHEN', where);
    typed(then, otherwise.type, 'THEN', where);
  }
  return { kind: 'case', type: otherwise.type, branches, otherwise };
}

const castsFrom: Record<ColumnType, readonly CastTarget[]> = {
  number: ['number', 'boolean'],
  boolean: ['boolean', 'number', 'text'],
  text: ['text', 'number', 'timestamp', 'date'],
  timestamp: ['timestamp', 'date'],
};

function cast(to: CastTarget, arg: Expression, where: Where): Expression {
  const type = to === 'date' ? 'timestamp' : to;
  if (!castsFrom[arg.type].includes(to)) {
    const hint = arg.type === 'text' && to === 'boolean' ? "Compare it: a = 'yes'." : hintForTypes(type, arg.type);
    throw refusal('MW1224', `A cast from ${sqlName[arg.type]} to ${to === 'date' ? 'DATE' : sqlName[to]}${where} is not defined.`, hint);
  }
  return to === arg.type ? arg : { kind: 'cast', type, to, arg };
}

function constant(type: ColumnType, value: Value, where: Where): Expression {
  const fits =
    value === null ||
    (type === 'number' && typeof value === 'number' && Number.isFinite(value)) ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'text' && typeof value === 'string' && value.isWellFormed()) ||
    (type === 'timestamp' && typeof value === 'number' && Number.isInteger(value) && isInCalendar(value));
  if (!fits) throw refusal('MW1226', `A constant${where} is not a ${sqlName[type]} that can be kept.`, seeDocs);
  if (typeof value === 'string' && value.length > MAX_LITERAL_LENGTH)
    throw refusal('MW1225', `A text constant${where} is longer than ${MAX_LITERAL_LENGTH} characters.`, 'Shorten it.');
  // JSON has no −0, and the language does not tell it from 0.
  return { kind: 'constant', type, value: value === 0 ? 0 : value };
}

// ── Sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

class Budget {
  #nodes = 0;

  spend(depth: number, where: Where): void {
    this.#nodes += 1;
    if (depth > MAX_DEPTH)
      throw refusal(
        'MW1225',
        `The expression is nested more than ${MAX_DEPTH} deep${where}.`,
        'Split it into several features, or set brackets so that a long sum becomes a sum of sums.',
      );
    if (this.#nodes > MAX_NODES) throw refusal('MW1225', `The expression has more than ${MAX_NODES} parts.`, 'Split it into several features.');
  }
}

// ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** ` at position 12`, or nothing where the parser does not say. */
type Where = string;
const nowhere: Where = '';
const SELECT_LENGTH = 'SELECT '.length;
/** The parser says 2^64 − 1 for "unknown". */
const placeOf = (location: number): Where => (location < SELECT_LENGTH || location > 1e9 ? nowhere : ` at position ${location - SELECT_LENGTH + 1}`);

/** Names come from outside, so one may be called like something that every object inherits. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined);

const seeDocs = 'docs/features.md lists what an expression may hold.';

function refusal(code: ErrorCode, message: string, hint: string): ModelwrightError {
  return new ModelwrightError({ code, message, hint });
}

function unknownColumn(name: string, inputs: ReadonlyMap<string, ColumnType>, where: Where): ModelwrightError {
  const known = [...inputs.keys()];
  const shown = known
    .slice(0, 12)
    .map((input) => `"${input}"`)
    .join(', ');
  const hint = `Columns: ${shown}${known.length > 12 ? `, and ${known.length - 12} more` : ''}. Text stands in single quotes, a column name in double quotes.`;
  return new ModelwrightError({ code: 'MW1223', message: `There is no column "${name.slice(0, 100)}"${where}.`, hint, place: { column: name.slice(0, 100) } });
}

function unknownFunction(spelling: string, where: Where): ModelwrightError {
  const hint =
    own(insteadOf, spelling) ?? `Functions: ${functionNames.filter((name) => /^[a-z]/.test(name) && functions[name].spellings.includes(name)).join(', ')}.`;
  return refusal('MW1222', `There is no function ${spelling.slice(0, 60)}${where}.`, hint);
}
