import { parseArgs } from 'node:util';
import { peerNames } from './peers.ts';

/** Something the person typed is wrong; the message is for them. */
export class UsageError extends Error {}

export type DevOptions = {
  kind: 'dev';
  budgetS: number;
  seeds: number[];
  /** Only these sets; undefined: all. */
  names: string[] | undefined;
  peers: string[];
  envs: string | undefined;
  runner: string | undefined;
  /** A folder of prepared sets; undefined: those of the repository, split with each seed. */
  data: string | undefined;
  out: string;
};

export type HonestyOptions = {
  kind: 'honesty';
  budgetS: number;
  seeds: number[];
  names: string[] | undefined;
  data: string | undefined;
  coverageCount: number;
  noiseCount: number;
  out: string;
};

/** What `npm run bench` was asked for. */
export type BenchOptions = DevOptions | HonestyOptions | { kind: 'table'; files: string[] };

const DEFAULT_COVERAGE_COUNT = 500;
const DEFAULT_NOISE_COUNT = 200;

/** Throws `UsageError` with a sentence for the person who typed the words. */
export function parseOptions(words: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      suite: { type: 'string' },
      budget: { type: 'string', default: '60s' },
      seeds: { type: 'string' },
      names: { type: 'string' },
      peers: { type: 'string' },
      envs: { type: 'string' },
      runner: { type: 'string' },
      data: { type: 'string' },
      coverage: { type: 'string' },
      noise: { type: 'string' },
      out: { type: 'string' },
      table: { type: 'boolean', default: false },
    },
  });
  if (values.table) {
    if (positionals.length === 0) throw new UsageError('--table needs one or more files of results.');
    return { kind: 'table', files: positionals };
  }
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" belongs to no option; files are only for --table.`);
  const common = { budgetS: parseBudget(values.budget), names: values.names === undefined ? undefined : parseList(values.names), data: values.data };
  if (values.suite === 'dev') {
    const peers = values.peers === undefined ? (values.envs === undefined ? [] : [...peerNames]) : parseList(values.peers);
    const stranger = peers.find((name) => !peerNames.includes(name));
    if (stranger !== undefined) throw new UsageError(`No peer is called "${stranger}"; known are ${peerNames.join(', ')}.`);
    const { envs, runner, seeds = '1', out = 'benchmarks/results/dev.jsonl' } = values;
    return { kind: 'dev', ...common, seeds: parseSeeds(seeds), peers, envs, runner, out };
  }
  if (values.suite === 'honesty') {
    const { seeds = '1..5', out = 'benchmarks/results/honesty.jsonl' } = values;
    const coverageCount = parseCount('--coverage', values.coverage ?? String(DEFAULT_COVERAGE_COUNT));
    const noiseCount = parseCount('--noise', values.noise ?? String(DEFAULT_NOISE_COUNT));
    return { kind: 'honesty', ...common, seeds: parseSeeds(seeds), coverageCount, noiseCount, out };
  }
  throw new UsageError('Say --suite dev or --suite honesty, or --table with files of results.');
}

/** A comma between the names; none at all is allowed. */
const parseList = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** `60s`, `5m`, `1h`, in seconds. */
export function parseBudget(text: string): number {
  const found = /^(\d+)(s|m|h)$/.exec(text);
  const seconds = found ? Number(found[1]) * { s: 1, m: 60, h: 3600 }[found[2] as 's' | 'm' | 'h'] : 0; // the pattern knows no other
  if (seconds === 0) throw new UsageError(`--budget ${text} is no time such as 60s, 5m or 1h.`);
  return seconds;
}

/** `1,2,5`, `1..5`, or both mixed; each seed once. */
export function parseSeeds(text: string): number[] {
  const seeds = parseList(text).flatMap((part) => {
    const found = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(part);
    if (!found) throw new UsageError(`--seeds ${text} is no list such as 1,2,3 or 1..5.`);
    const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
    if (last < first || last - first > 10_000) throw new UsageError(`--seeds ${part} does not go from a lower seed to a higher one.`);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  if (seeds.length === 0) throw new UsageError('--seeds names no seed.');
  return [...new Set(seeds)];
}

function parseCount(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`${option} ${text} is no count.`);
  return Number(text);
}
