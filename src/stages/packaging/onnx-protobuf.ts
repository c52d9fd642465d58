/**
 * Writes ONNX, which is protobuf, with no library: length-delimited messages into one growing buffer. Only the fields that
 * our graphs use are here; their numbers are those of onnx.proto (ONNX 1.16).
 */

/** The tensor types a graph of ours can hold, by their numbers in `TensorProto.DataType`. */
export const elementType = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type ElementType = (typeof elementType)[keyof typeof elementType];

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** `words`: a repeated string of which few are different: `picks[i]` is an index into `words`. */
export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'word'; value: string }
  | { kind: 'ints'; values: Int32Array | Uint8Array }
  | { kind: 'floats'; values: Float32Array }
  | { kind: 'words'; words: readonly string[]; picks: Uint8Array };

const attributeType = { int: 2, word: 3, floats: 6, ints: 7, words: 8 } as const;

const VARINT = 0;
const BYTES = 2;
const IR_VERSION = 9;
const OPSET_VERSION = 18;
const TREES_OPSET_VERSION = 3;
const utf8 = new TextEncoder();

/** The domain of the tree operator. */
export const TREES_DOMAIN = 'ai.onnx.ml';

/** A model with one graph; nodes must be added after what they read. */
export class OnnxWriter {
  readonly #out = new ProtobufWriter();
  readonly #graph: number;

  constructor(graphName: string) {
    this.#out.number(1, IR_VERSION);
    this.#out.text(2, 'modelwright');
    this.#graph = this.#out.begin(7);
    this.#out.text(2, graphName);
  }

  /** A text dimension is one that the caller chooses, such as the row count. */
  input(name: string, type: ElementType, dimensions: readonly (number | string)[]): void {
    this.#port(11, name, type, dimensions);
  }

  output(name: string, type: ElementType, dimensions: readonly (number | string)[]): void {
    this.#port(12, name, type, dimensions);
  }

  node(operator: string, inputs: readonly string[], output: string, attributes: Record<string, Attribute> = {}, domain = ''): void {
    const out = this.#out;
    const node = out.begin(1);
    for (const input of inputs) out.text(1, input);
    out.text(2, output);
    out.text(4, operator);
    for (const [name, attribute] of Object.entries(attributes)) this.#attribute(name, attribute);
    if (domain !== '') out.text(7, domain);
    out.end(node);
  }

  constant(name: string, dimensions: readonly number[], data: TensorData): void {
    const out = this.#out;
    const tensor = out.begin(5);
    for (const size of dimensions) out.number(1, size);
    out.number(2, elementTypeOf(data));
    out.text(8, name);
    out.littleEndian(9, data);
    out.end(tensor);
  }

  finish(): Uint8Array {
    this.#out.end(this.#graph);
    this.#opset('', OPSET_VERSION);
    this.#opset(TREES_DOMAIN, TREES_OPSET_VERSION);
    return this.#out.finish();
  }

  #opset(domain: string, version: number): void {
    const opset = this.#out.begin(8);
    this.#out.text(1, domain);
    this.#out.number(2, version);
    this.#out.end(opset);
  }

  #port(field: number, name: string, type: ElementType, dimensions: readonly (number | string)[]): void {
    const out = this.#out;
    const port = out.begin(field);
    out.text(1, name);
    const typed = out.begin(2);
    const tensor = out.begin(1);
    out.number(1, type);
    const shape = out.begin(2);
    for (const dimension of dimensions) {
      const mark = out.begin(1);
      if (typeof dimension === 'number') out.number(1, dimension);
      else out.text(2, dimension);
      out.end(mark);
    }
    out.end(shape);
    out.end(tensor);
    out.end(typed);
    out.end(port);
  }

  #attribute(name: string, attribute: Attribute): void {
    const out = this.#out;
    const mark = out.begin(5);
    out.text(1, name);
    switch (attribute.kind) {
      case 'int':
        out.number(3, attribute.value);
        break;
      case 'word':
        out.text(4, attribute.value);
        break;
      case 'floats':
        out.littleEndian(7, attribute.values);
        break;
      case 'ints':
        out.packedNumbers(8, attribute.values);
        break;
      case 'words':
        out.repeatedWords(9, attribute.words, attribute.picks);
        break;
    }
    out.number(20, attributeType[attribute.kind]);
    out.end(mark);
  }
}

function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return elementType.float32;
  if (data instanceof Float64Array) return elementType.float64;
  return data instanceof Int32Array ? elementType.int32 : elementType.int64;
}

/** A message inside another is written in place; its length is squeezed in before it when it ends, so nothing is built twice. */
class ProtobufWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  begin(field: number): number {
    this.#key(field, BYTES);
    return this.#length;
  }

  end(mark: number): void {
    const size = this.#length - mark;
    const sizeBytes = varintBytes(size);
    this.#reserve(sizeBytes);
    this.#bytes.copyWithin(mark + sizeBytes, mark, this.#length);
    this.#length = mark;
    this.#varint(size);
    this.#length += size;
  }

  /** Whole and not negative, below 2^53. */
  number(field: number, value: number): void {
    this.#key(field, VARINT);
    this.#varint(value);
  }

  text(field: number, value: string): void {
    this.#raw(field, utf8.encode(value));
  }

  /** The array as it lies in memory: every platform that Node runs on is little-endian, as protobuf is. */
  littleEndian(field: number, data: TensorData): void {
    this.#raw(field, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  packedNumbers(field: number, values: Int32Array | Uint8Array): void {
    const mark = this.begin(field);
    this.#reserve(values.length * 5);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < values.length; i++) {
      let value = values[i];
      while (value > 127) {
        bytes[at++] = (value & 127) | 128;
        value >>>= 7;
      }
      bytes[at++] = value;
    }
    this.#length = at;
    this.end(mark);
  }

  repeatedWords(field: number, words: readonly string[], picks: Uint8Array): void {
    const entries = words.map((word) => {
      const entry = new ProtobufWriter();
      entry.text(field, word);
      return entry.finish();
    });
    this.#reserve(picks.length * Math.max(0, ...entries.map((entry) => entry.length)));
    let at = this.#length;
    for (let i = 0; i < picks.length; i++) {
      const entry = entries[picks[i]];
      this.#bytes.set(entry, at);
      at += entry.length;
    }
    this.#length = at;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #raw(field: number, value: Uint8Array): void {
    this.#key(field, BYTES);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
