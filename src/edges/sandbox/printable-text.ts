/** What a job printed, made safe to show: no control characters that could steer a terminal, no marks that reorder text, lines of bounded length. */

const MAX_LINE_CHARACTERS = 500;
// CSI and OSC sequences whole, then whatever control characters are left but newline and tab, then bidirectional and invisible marks.
// eslint-disable-next-line no-control-regex -- they are what it looks for
const sequences = /\u001b\[[0-?]*[ -/]*[@-~]|[\u001b\u009d]\]?[^\u0007\u001b\u009c]{0,1000}?(?:\u0007|\u001b\\|\u009c)|\u001b[@-_]/g;
// eslint-disable-next-line no-control-regex -- as above
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function printableText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return text
    .replace(sequences, '')
    .replace(controls, '')
    .split('\n')
    .map((line) => (line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)} …` : line))
    .join('\n')
    .trim();
}

/** Keeps the last bytes of a stream. */
export class Tail {
  readonly #capacity: number;
  #bytes = new Uint8Array(0);

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(piece: Uint8Array): void {
    const kept = new Uint8Array(Math.min(this.#capacity, this.#bytes.length + piece.length));
    const fromPiece = piece.subarray(Math.max(0, piece.length - kept.length));
    const fromBefore = kept.length - fromPiece.length;
    kept.set(this.#bytes.subarray(this.#bytes.length - fromBefore));
    kept.set(fromPiece, fromBefore);
    this.#bytes = kept;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }
}
