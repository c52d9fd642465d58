import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallSpec } from '../../../tests/fixtures/small-package.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { writeGraph } from '../../stages/packaging/index.ts';
import { checkGraph } from './check-graph.ts';

// Just enough protobuf to write what a stranger might.
const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const part = (field: number, body: number[]) => [field * 8 + 2, ...size(body.length), ...body];
const size = (length: number): number[] => (length < 128 ? [length] : [(length % 128) | 128, ...size(Math.floor(length / 128))]);
const number = (field: number, value: number) => [field * 8, value];
const node = (operator: string, ...more: number[][]) => part(1, [...part(4, utf8(operator)), ...more.flat()]);
const model = (...graphParts: number[][]) => Uint8Array.from([...number(1, 9), ...part(7, graphParts.flat())]);

const refusals: [string, Uint8Array, RegExp][] = [
  ['an operator that is not ours', model(node('Loop')), /operator "Loop"/],
  ['an operator of another library', model(node('Add', part(7, utf8('com.evil')))), /"com\.evil"/],
  ['an opset of another library', Uint8Array.from([...model(node('Add')), ...part(8, part(1, utf8('com.evil')))]), /"com\.evil"/],
  ['a graph inside an operator', model(node('Add', part(5, [...part(1, utf8('body')), ...part(6, node('Add'))]))), /a graph or a tensor/],
  ['a tensor inside an operator', model(node('Add', part(5, part(5, number(2, 1))))), /a graph or a tensor/],
  ['a constant in another file', model(part(5, part(13, [...part(1, utf8('location')), ...part(2, utf8('/etc/passwd'))]))), /another file/],
  ['a constant said to be elsewhere', model(part(5, number(14, 1))), /another file/],
  ['functions of its own', Uint8Array.from([...model(node('Add')), 0xca, 0x01, 0x00]), /the part 25/],
  ['a training part', Uint8Array.from([...model(node('Add')), 0xa2, 0x01, 0x00]), /the part 20/],
  ['sparse constants', model(part(15, [])), /the part 15/],
  ['two graphs', Uint8Array.from([...model(node('Add')), ...model(node('Add'))]), /2 graphs/],
  ['no graph', Uint8Array.from(number(1, 9)), /0 graphs/],
  ['a length beyond its end', Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]), /well-formed/],
  ['a number that never ends', new Uint8Array(64).fill(255), /well-formed/],
];

describe('the check of a graph', () => {
  it('accepts what the writer writes', () => {
    expect(() => checkGraph(writeGraph(smallSpec))).not.toThrow();
    expect(() => checkGraph(writeGraph({ ...smallSpec, calibration: { kind: 'beta', a: 1, b: 1, c: 0 } }))).not.toThrow();
  });

  it.each(refusals)('refuses %s', (_what, bytes, reason) => {
    expect(() => checkGraph(bytes)).toThrow(expect.objectContaining({ code: 'MW1408', message: expect.stringMatching(reason) }));
  });

  it('never answers strange bytes with anything but a refusal', () => {
    const written = writeGraph(smallSpec);
    const isJudged = (bytes: Uint8Array): boolean => {
      try {
        checkGraph(bytes);
        return true;
      } catch (error) {
        return error instanceof ModelwrightError && error.code === 'MW1408';
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(isJudged(bytes)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.nat(written.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        expect(isJudged(written.map((byte, index) => (index === at ? byte ^ flip : byte)))).toBe(true);
      }),
    );
  });
});
