import { describe, expect, it } from 'vitest';
import { parseBudget, parseOptions, parseSeeds } from './options.ts';
import { peerNames } from './peers.ts';

const parse = (line: string) => parseOptions(line.split(' '));

describe('the options of the benchmark', () => {
  it('runs ours alone on every set for a minute where nothing else is said', () => {
    expect(parse('--suite dev')).toEqual({
      kind: 'dev',
      budgetS: 60,
      seeds: [1],
      names: undefined,
      peers: [],
      envs: undefined,
      runner: undefined,
      data: undefined,
      out: 'benchmarks/results/dev.jsonl',
    });
  });

  it('takes every peer that it knows where only their environments are named', () => {
    expect(parse('--suite dev --envs e --runner r')).toMatchObject({ peers: peerNames, envs: 'e', runner: 'r' });
    expect(parse('--suite dev --envs e --peers flaml,lama')).toMatchObject({ peers: ['flaml', 'lama'] });
  });

  it('reads the counts of the honesty suite', () => {
    expect(parse('--suite honesty')).toMatchObject({ seeds: [1, 2, 3, 4, 5], coverageCount: 500, noiseCount: 200 });
    expect(parse('--suite honesty --seeds 7 --coverage 0 --noise 3 --names a,b')).toMatchObject({
      seeds: [7],
      coverageCount: 0,
      noiseCount: 3,
      names: ['a', 'b'],
    });
  });

  it('takes no set at all for an empty list of names', () => {
    expect(parseOptions(['--suite', 'honesty', '--names='])).toMatchObject({ names: [] });
  });

  it('reads files for the table alone', () => {
    expect(parse('--table a.jsonl b.jsonl')).toEqual({ kind: 'table', files: ['a.jsonl', 'b.jsonl'] });
    expect(() => parse('--table')).toThrow('--table needs one or more files');
    expect(() => parse('--suite dev a.jsonl')).toThrow('"a.jsonl" belongs to no option');
  });

  it.each([
    ['--seeds 1..3', '--suite dev or --suite honesty'],
    ['--suite dev --budget 0s', 'no time such as 60s'],
    ['--suite dev --budget 10', 'no time such as 60s'],
    ['--suite dev --seeds 3..1', 'does not go from a lower seed'],
    ['--suite dev --seeds one', 'no list such as 1,2,3'],
    ['--suite dev --peers nobody', 'No peer is called "nobody"'],
    ['--suite honesty --noise many', '--noise many is no count'],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  it('reads times and seeds', () => {
    expect(['10s', '5m', '1h'].map(parseBudget)).toEqual([10, 300, 3600]);
    expect(parseSeeds('1..3,2,9')).toEqual([1, 2, 3, 9]);
  });
});
