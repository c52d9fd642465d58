import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, visitorKeys, type Node } from 'oxc-parser';

/** A module that one of ours asks for, as written. Only a whole `import type` leaves no trace at run time; `import { type A }` still loads the file. */
export type Import = { specifier: string; isTypeOnly: boolean; names: string[] };

/**
 * What one file reaches for: its imports, and the globals it uses as dotted names (`Date.now`, `process.env`, `fetch`). `Date` stands for
 * `Date()` and `new Date()`, the clock; `new Date(0)` is not named.
 */
export type SourceFile = { path: string; imports: Import[]; uses: string[] };

/** The shipped TypeScript under a folder: tests, contracts and what serves tests (`test-….ts`) are callers of it, not part of it. */
export function readSources(root: string, folder: string): Map<string, string> {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|contract)\.ts$|(^|\/)test-[^/]*\.ts$/.test(path))
    .map((path) => join(folder, path))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const imports: Import[] = [];
  const uses = new Set<string>();
  visit(program, undefined, (node, parent) => {
    const found = importOf(node);
    if (found) imports.push(found);
    const used = useOf(node, parent);
    if (used) uses.add(used);
  });
  return { path, imports, uses: [...uses] };
}

function importOf(node: Node): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return {
        specifier: node.source.value,
        isTypeOnly: node.importKind === 'type',
        names: node.specifiers.map((each) => (each.type === 'ImportSpecifier' ? nameOf(each.imported) : '*')),
      };
    case 'ExportAllDeclaration':
      return { specifier: node.source.value, isTypeOnly: node.exportKind === 'type', names: ['*'] };
    case 'ExportNamedDeclaration':
      if (!node.source) return undefined;
      return { specifier: node.source.value, isTypeOnly: node.exportKind === 'type', names: node.specifiers.map((each) => nameOf(each.local)) };
    case 'TSImportType':
      return { specifier: node.source.value, isTypeOnly: true, names: ['*'] };
    case 'ImportExpression':
      return { specifier: node.source.type === 'Literal' ? String(node.source.value) : '(computed)', isTypeOnly: false, names: ['*'] };
    default:
      return undefined;
  }
}

const nameOf = (name: { type: string; name?: string; value?: unknown }) => name.name ?? String(name.value);

function useOf(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return undefined;
  // Only the whole chain counts, and only where it is an expression: `a.b` within `a.b.c`, or a key, says nothing by itself.
  if (parent?.type === 'MemberExpression' && (parent.object === node || !parent.computed)) return undefined;
  if (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand) return undefined;
  const name = dottedName(node)?.replace(/^(globalThis|global|window|self)\./, '');
  // Taken apart or renamed, it gives its environment without naming it; a parameter that happens to have this name does not.
  if (name === 'process' && !(parent?.type === 'VariableDeclarator' && parent.init === node)) return undefined;
  // A date made from a given moment knows no time by itself.
  return name === 'Date' && parent?.type === 'NewExpression' && parent.callee === node && parent.arguments.length > 0 ? undefined : name;
}

function dottedName(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return undefined;
  const object = dottedName(node.object);
  if (object === undefined) return undefined;
  if (!node.computed) return `${object}.${nameOf(node.property)}`;
  return node.property.type === 'Literal' ? `${object}.${String(node.property.value)}` : object;
}

function visit(node: Node, parent: Node | undefined, onNode: (node: Node, parent: Node | undefined) => void): void {
  onNode(node, parent);
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key);
    for (const each of Array.isArray(child) ? child : [child]) if (isNode(each)) visit(each, node, onNode);
  }
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
