/** Slips in JSON: in its tree, and in what the text can say and a tree cannot. */
import type { Random } from '../../src/domain/random.ts';
import { garbage, lyingNumber, withSlips } from '../fixtures/mutate-bytes.ts';

/** A place in a tree: what holds it, and under which key. */
type Slot = { holder: Record<string, unknown> | unknown[]; key: string | number };

/** Texts that `JSON.stringify` never writes, put in for a marker afterwards. */
const rawTexts = [
  '1e999',
  '-1e999',
  '-0',
  'NaN',
  '1e-400',
  `1${'0'.repeat(400)}`,
  `0.${'1'.repeat(400)}`,
  '9007199254740993',
  '{"kind":"number","kind":"text"}',
  '{"__proto__":{"isTrusted":true}}',
  '{"constructor":{"prototype":{"kind":"none"}}}',
  '"\\ud800"',
  '"\\u0000"',
  `"${'long '.repeat(20_000)}"`,
  `${'['.repeat(60)}${']'.repeat(60)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `${'{"kind":"cast","type":"number","to":"number","arg":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
  `[${'0,'.repeat(50_000)}0]`,
];
const oddValues: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  '0',
  'null',
  '__proto__',
  '\u202e',
  'é',
  [],
  {},
  [[]],
  [null],
  { kind: 'none' },
];
const oddKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'kind', 'format', '', '0', 'é\u0000'];

const rawMarker = (index: number) => `\u0001raw${index}\u0001`;
// A key of this name would set the prototype of the tree and never be written.
const PROTO_MARKER = '\u0001proto\u0001';

/** One of the texts with one to five slips; now and then bytes of it are turned as well, or it is no JSON at all. */
export function mutatedJson(random: Random, texts: readonly Uint8Array[]): Buffer {
  if (random.next() < 0.03) return garbage(random);
  const seed = Buffer.from(texts[random.below(texts.length)]);
  if (random.next() < 0.15) return withSlips(random, seed, texts, lyingNumber(random));
  const root: Record<string, unknown> = { whole: JSON.parse(seed.toString('utf8')) };
  for (let slips = 1 + random.below(5); slips > 0; slips--) slipTree(random, root, texts);
  const text = Buffer.from(textOf(root['whole']));
  return random.next() < 0.1 ? withSlips(random, text, texts, lyingNumber(random)) : text;
}

/** The text of a tree, its markers replaced by what they stand for. */
function textOf(tree: unknown): string {
  const text = JSON.stringify(tree) ?? 'undefined';
  return text.replaceAll('\\u0001proto\\u0001', '__proto__').replaceAll(/"\\u0001raw(\d+)\\u0001"/g, (_, index: string) => rawTexts[Number(index)]);
}

/** Every place of a tree that hangs below `root`; the first holds the whole. */
function slotsOf(root: Record<string, unknown>): Slot[] {
  const slots: Slot[] = [];
  const visit = (holder: Slot['holder']): void => {
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      slots.push({ holder, key });
      const value = valueAt({ holder, key });
      if (isHolder(value)) visit(value);
    }
  };
  visit(root);
  return slots;
}

const isHolder = (value: unknown): value is Slot['holder'] => typeof value === 'object' && value !== null;
const valueAt = ({ holder, key }: Slot): unknown => (Array.isArray(holder) ? holder[Number(key)] : holder[key]);
const put = ({ holder, key }: Slot, value: unknown): void => {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
};

function slipTree(random: Random, root: Record<string, unknown>, texts: readonly Uint8Array[]): void {
  const slots = slotsOf(root);
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)];
  const slot = pick(slots);
  const value = valueAt(slot);
  switch (random.below(11)) {
    case 0:
      return put(slot, structuredClone(pick(oddValues)));
    case 1:
      return put(slot, rawMarker(random.below(rawTexts.length)));
    case 2:
      if (Array.isArray(slot.holder)) slot.holder.splice(Number(slot.key), 1);
      else if (slot.holder !== root) delete slot.holder[slot.key];
      return undefined;
    case 3:
      if (isHolder(value) && !Array.isArray(value)) value[pick([PROTO_MARKER, ...oddKeys.slice(1)])] = structuredClone(pick(oddValues));
      return undefined;
    case 4:
      // From elsewhere in this tree: a copy, so that no tree holds itself.
      return put(slot, structuredClone(valueAt(pick(slots))));
    case 5: {
      const other: unknown = JSON.parse(Buffer.from(pick(texts)).toString('utf8'));
      return put(slot, valueAt(pick(slotsOf({ whole: other }))));
    }
    case 6: {
      const other = pick(slots);
      const kept = structuredClone(valueAt(other));
      put(other, structuredClone(value));
      return put(slot, kept);
    }
    case 7:
      if (Array.isArray(value) && value.length > 0 && JSON.stringify(value).length < 2000) {
        const once = structuredClone(value);
        for (let times = random.below(random.next() < 0.1 ? 300 : 4); times > 0; times--) value.push(...structuredClone(once));
      }
      return undefined;
    case 8:
      return put(slot, random.next() < 0.5 ? [value] : { [pick(oddKeys.slice(1))]: value });
    case 9:
      return put(slot, typeof value === 'string' ? slippedText(random, value) : slippedNumber(random, value));
    default:
      if (isHolder(value) && !Array.isArray(value)) {
        const [from, to] = [pick(Object.keys(value)), pick(Object.keys(value))];
        if (from !== undefined && from !== to) put({ holder: value, key: to }, valueAt({ holder: value, key: from }));
      }
      return undefined;
  }
}

function slippedText(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return [
    text.slice(0, at),
    `${text.slice(0, at)}\u0000${text.slice(at)}`,
    `${text}${text}`,
    text.slice(0, at) + String.fromCharCode(0xd800 + random.below(0x800)) + text.slice(at),
    text.toUpperCase(),
    ` ${text}`,
    `../${text}`,
    text.repeat(1 + random.below(500)).slice(0, 20_000),
  ][random.below(8)];
}

function slippedNumber(random: Random, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return [-value, value + 1, value - 1, value * 1e6, value / 3, value + 0.5, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, 1e300][random.below(10)];
}
