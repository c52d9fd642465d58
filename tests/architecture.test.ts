import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseSource, readSources, type SourceFile } from './support/read-sources.ts';

/** What one room may have of another: everything, only its types, or (left out) nothing. */
type Permission = 'value' | 'type';

const room = {
  domain: /^src\/domain\//,
  features: /^src\/features\//,
  model: /^src\/model\//,
  evaluation: /^src\/stages\/evaluation\//,
  serving: /^src\/stages\/serving\//,
  stage: /^src\/stages\//,
  onnx: /^src\/edges\/onnx\//,
  sandbox: /^src\/edges\/sandbox\//,
  /** The wire of a process that holds native code: both of its ends, and nothing of who is at them. */
  guest: /^src\/edges\/guest\//,
  edge: /^src\/edges\//,
  engine: /^src\/engine\//,
  api: /^src\/doors\/api\//,
  client: /^src\/doors\/client\//,
  cli: /^src\/doors\/cli\//,
  mcp: /^src\/doors\/mcp\//,
  connect: /^src\/doors\/connect\.ts$/,
  index: /^src\/index\.ts$/,
  /** Where the training environment and the files of guests lie: shared with setup, which runs before TypeScript can. */
  environment: /^scripts\/(environment|guest-files)\.mjs$/,
} as const;
type Room = keyof typeof room;

/** Who may import whom: from the row's room, whatever it lists. Within a room everything is allowed. In the order of the story. */
const mayImport: Record<Room, Partial<Record<Room, Permission>>> = {
  domain: {},
  features: { domain: 'value' },
  model: { domain: 'value', features: 'value', onnx: 'type' },
  // No stage, no language model, no sandbox, not even their types: nothing can talk it into a number.
  evaluation: { domain: 'value' },
  // No stage at all: it answers even when the rest of the house is dark.
  serving: { domain: 'value', features: 'value', model: 'value', onnx: 'type', sandbox: 'type', edge: 'type' },
  stage: { domain: 'value', features: 'value', model: 'value', evaluation: 'value', onnx: 'type', sandbox: 'type', edge: 'type' },
  onnx: { domain: 'value', features: 'type', guest: 'value' },
  sandbox: { domain: 'value', features: 'type', guest: 'value', environment: 'value' },
  guest: { domain: 'value' },
  edge: { domain: 'value', features: 'type', guest: 'value' },
  engine: {
    domain: 'value',
    features: 'value',
    model: 'value',
    evaluation: 'value',
    serving: 'value',
    stage: 'value',
    onnx: 'value',
    sandbox: 'value',
    edge: 'value',
    environment: 'value',
  },
  api: { domain: 'value', engine: 'type' },
  client: { domain: 'value', api: 'type' },
  cli: { domain: 'value', client: 'value', connect: 'value' },
  mcp: { domain: 'value', client: 'value', connect: 'value' },
  connect: { domain: 'value', engine: 'value', api: 'value', client: 'value' },
  index: { domain: 'value', model: 'value', client: 'value', connect: 'value' },
  environment: {},
};

type Power = {
  name: string;
  /** Modules that give it: the whole module, or one name of it after a `#`. */
  modules?: readonly string[];
  /** Globals that give it. */
  globals?: readonly RegExp[];
  homes: readonly RegExp[];
};

const config = /^src\/engine\/config\.ts$/;
const cliMain = /^src\/doors\/cli\/main\.ts$/;
/** Places that are outside the story's pure part: they may know what time it is. */
const acting = [room.engine, room.edge, /^src\/doors\//];

/** Powers have one home each. */
const powers: Power[] = [
  { name: 'start a process', modules: ['node:child_process', 'node:cluster'], globals: [/^process\.(execve|binding|dlopen)$/], homes: [room.sandbox] },
  {
    name: 'open a connection',
    modules: ['node:net', 'node:http', 'node:https', 'node:http2', 'node:tls', 'node:dgram', 'node:dns', 'node:dns/promises'],
    globals: [/^(fetch|WebSocket|EventSource|XMLHttpRequest|navigator\.sendBeacon)$/],
    homes: [/^src\/edges\/(llm|store)\//, room.client, room.api],
  },
  { name: 'read or write a disk', modules: ['node:fs', 'node:fs/promises'], homes: [/^src\/edges\/(store|tables|sandbox|guest)\//, room.cli, config] },
  { name: 'keep events in SQLite', modules: ['node:sqlite'], homes: [/^src\/edges\/store\//] },
  { name: "run SQL over a user's data", modules: ['@duckdb/*'], homes: [/^src\/edges\/tables\//] },
  { name: 'load a model file', modules: ['onnxruntime-node', 'onnxruntime-common', 'onnxruntime-web'], homes: [room.onnx] },
  // The command line hands its process's environment to the configuration, which alone reads names out of it. ONNX Runtime's telemetry can be
  // switched off by a variable alone, so the file that loads it sets one.
  {
    name: 'read the environment',
    modules: ['node:process'],
    globals: [/^process$/, /^process\.env(\.|$)/],
    homes: [config, cliMain, /^src\/edges\/onnx\/native\.ts$/],
  },
  {
    name: 'know the time',
    modules: ['node:perf_hooks', 'node:timers', 'node:timers/promises'],
    globals: [/^Date$/, /^Date\.now$/, /^performance(\.|$)/, /^process\.(hrtime|uptime)(\.|$)/, /^(setTimeout|setInterval)$/, /^Temporal\.Now(\.|$)/],
    homes: acting,
  },
  {
    name: 'throw dice',
    modules: ['node:crypto#randomUUID', 'node:crypto#randomBytes', 'node:crypto#randomInt', 'node:crypto#randomFillSync', 'node:crypto#webcrypto'],
    globals: [/^Math\.random$/, /^crypto\.(randomUUID|getRandomValues|randomBytes|randomInt)$/],
    homes: acting,
  },
  {
    name: 'run a text as code',
    modules: ['node:vm', 'node:module#createRequire', '(computed)'],
    globals: [/^(eval|Function|require)$/, /^process\.getBuiltinModule$/],
    homes: [],
  },
];

/** Packages and modules of Node that a room is held to; a room that is not named may use any, within its powers. */
const onlyPackages: { home: RegExp; packages: readonly string[] }[] = [
  { home: room.domain, packages: ['zod'] },
  { home: room.client, packages: ['zod'] },
  { home: room.stage, packages: ['zod'] },
];

/** The most particular room of a path: the rooms are listed so that it stands before the general one. */
const roomOf = (path: string): Room | undefined => Object.entries(room).find(([, pattern]) => pattern.test(path))?.[0] as Room | undefined; // its own keys

/** The folder that counts as one room where the table speaks of several (`stages/*`, `edges/*`). */
const folderOf = (path: string) => /^src\/(?:stages|edges|doors)\/[^/]+|^src\/[^/]+|^scripts\/.+/.exec(path)?.[0] ?? path;

function importsOf(files: SourceFile[]) {
  return files.flatMap(({ path, imports }) =>
    imports.map((each) => ({ ...each, from: path, to: each.specifier.startsWith('.') ? posix.join(posix.dirname(path), each.specifier) : undefined })),
  );
}

function strayImports(files: SourceFile[]): string[] {
  return importsOf(files)
    .filter(({ from, to, isTypeOnly }) => {
      if (to === undefined || folderOf(from) === folderOf(to)) return false;
      const fromRoom = roomOf(from);
      const toRoom = roomOf(to);
      const permission = fromRoom && toRoom ? mayImport[fromRoom][toRoom] : undefined;
      return !(permission === 'value' || (permission === 'type' && isTypeOnly));
    })
    .map(({ from, to, isTypeOnly }) => `${from} → ${to}${isTypeOnly ? ' (type)' : ''}`);
}

function strayPackages(files: SourceFile[]): string[] {
  return importsOf(files)
    .filter(({ from, to, specifier }) => to === undefined && onlyPackages.some(({ home, packages }) => home.test(from) && !packages.includes(specifier)))
    .map(({ from, specifier }) => `${from} → ${specifier}`);
}

const givesPower = (module: string, specifier: string, names: string[]) => {
  const [whole, name] = module.split('#');
  const isModule = whole.endsWith('/*') ? specifier.startsWith(whole.slice(0, -1)) : specifier === whole || specifier === whole.replace(/^node:/, '');
  return isModule && (name === undefined || names.includes(name) || names.includes('*'));
};

function strayPowers(files: SourceFile[]): string[] {
  return powers.flatMap(({ name, modules = [], globals = [], homes }) =>
    files
      .filter(({ path }) => !homes.some((home) => home.test(path)))
      .flatMap(({ path, imports, uses }) => [
        ...imports
          .filter((each) => !each.isTypeOnly && modules.some((module) => givesPower(module, each.specifier, each.names)))
          .map((each) => `${path} may not ${name}: ${each.specifier}`),
        ...uses.filter((use) => globals.some((pattern) => pattern.test(use))).map((use) => `${path} may not ${name}: ${use}`),
      ]),
  );
}

/** Pairs of rooms that each import the other. */
function mutualRooms(files: SourceFile[]): string[] {
  const pairs = new Set(importsOf(files).flatMap(({ from, to }) => (to && folderOf(from) !== folderOf(to) ? [`${folderOf(from)} ↔ ${folderOf(to)}`] : [])));
  return [...pairs].filter((pair) => pairs.has(pair.split(' ↔ ').reverse().join(' ↔ '))).sort();
}

const root = fileURLToPath(new URL('..', import.meta.url));
const house = [...readSources(root, 'src')].map(([path, text]) => parseSource(path, text));
/** One file that is not there, to see that the tables would notice it. */
const planted = (path: string, text: string) => [parseSource(path, text)];

describe('who may import whom', () => {
  it('has a row in the table for every file', () => {
    expect(house.map(({ path }) => path).filter((path) => !roomOf(path))).toEqual([]);
  });

  it('imports only along the table', () => {
    expect(strayImports(house)).toEqual([]);
  });

  it('lets no two rooms import each other', () => {
    expect(mutualRooms(house)).toEqual([]);
  });

  it('gives the nouns, the stages and the client no module of Node and no package but zod', () => {
    expect(strayPackages(house)).toEqual([]);
  });

  it.each([
    ['src/domain/x.ts', "import { compile } from '../features/compile.ts';"],
    ['src/domain/x.ts', "import type { Compiled } from '../features/compile.ts';"],
    ['src/features/x.ts', "export * from '../model/open-model.ts';"],
    ['src/model/x.ts', "import { runGraph } from '../edges/onnx/run-graph.ts';"],
    ['src/model/x.ts', "import { type Graph } from '../edges/onnx/run-graph.ts';"],
    ['src/stages/search/x.ts', "import { draftPlan } from '../planning/index.ts';"],
    ['src/stages/search/x.ts', "await import('../../edges/sandbox/sandbox.ts');"],
    ['src/stages/evaluation/x.ts', "import type { Sandbox } from '../../edges/sandbox/sandbox.ts';"],
    ['src/stages/serving/x.ts', "import { measureScore } from '../evaluation/measure-score.ts';"],
    ['src/edges/store/x.ts', "let tables: import('../tables/tables.ts').Tables;"],
    ['src/edges/tables/x.ts', "import { checkExpression } from '../../features/check-expression.ts';"],
    ['src/doors/api/x.ts', "import { openEngine } from '../../engine/open-engine.ts';"],
    ['src/doors/cli/x.ts', "export { openEngine } from '../../engine/open-engine.ts';"],
    ['src/engine/x.ts', "import { explain } from '../doors/cli/explain.ts';"],
    ['src/engine/x.ts', "import '../../scripts/setup.mjs';"],
    ['src/attic/x.ts', "import { z } from '../domain/task.ts';"],
  ])('would notice in %s: %s', (path, text) => {
    expect(strayImports(planted(path, text))).toHaveLength(1);
  });

  it.each([
    ['src/model/x.ts', "import type { Graph } from '../edges/onnx/run-graph.ts';"],
    ['src/stages/search/x.ts', "import { measureScore } from '../evaluation/measure-score.ts';"],
    ['src/edges/tables/x.ts', "import type { CheckedExpression } from '../../features/check-expression.ts';"],
    ['src/edges/tables/x.ts', "import { readRows } from './read-rows.ts'; // import '../store/index.ts'"],
  ])('allows in %s: %s', (path, text) => {
    expect(strayImports(planted(path, text))).toEqual([]);
  });

  it('would notice two rooms that import each other, even by their types', () => {
    const both = [
      ...planted('src/model/x.ts', "import type { A } from '../features/a.ts';"),
      ...planted('src/features/a.ts', "import type { X } from '../model/x.ts';"),
    ];
    expect(mutualRooms(both)).toEqual(['src/features ↔ src/model', 'src/model ↔ src/features']);
  });

  it.each([
    ['src/domain/x.ts', "import { createHash } from 'node:crypto';"],
    ['src/doors/client/x.ts', "import type { Readable } from 'node:stream';"],
    ['src/stages/packaging/x.ts', "import { join } from 'path';"],
    ['src/domain/x.ts', "import { Command } from 'commander';"],
  ])('would notice a foreign module in %s: %s', (path, text) => {
    expect(strayPackages(planted(path, text))).toHaveLength(1);
  });
});

describe('where each power lives', () => {
  it('keeps every power in its one home', () => {
    expect(strayPowers(house)).toEqual([]);
  });

  it.each([
    ['src/engine/x.ts', "import { spawn } from 'node:child_process';", 'start a process'],
    ['src/edges/tables/x.ts', "const { fork } = await import('child_process');", 'start a process'],
    ['src/engine/x.ts', "const page = await fetch('x');", 'open a connection'],
    ['src/edges/onnx/x.ts', "import net from 'node:net';", 'open a connection'],
    ['src/edges/onnx/x.ts', "import { readFileSync } from 'node:fs';", 'read or write a disk'],
    ['src/engine/x.ts', "export { readFile } from 'node:fs/promises';", 'read or write a disk'],
    ['src/engine/x.ts', "import { DatabaseSync } from 'node:sqlite';", 'keep events in SQLite'],
    ['src/edges/store/x.ts', "import { DuckDBInstance } from '@duckdb/node-api';", "run SQL over a user's data"],
    ['src/model/x.ts', "import * as ort from 'onnxruntime-node';", 'load a model file'],
    ['src/edges/store/x.ts', 'const home = process.env.HOME;', 'read the environment'],
    ['src/edges/store/x.ts', "const home = process['env']['HOME'];", 'read the environment'],
    ['src/edges/store/x.ts', 'const { env } = process;', 'read the environment'],
    ['src/edges/store/x.ts', 'const home = globalThis.process.env.HOME;', 'read the environment'],
    ['src/edges/store/x.ts', "import { env } from 'node:process';", 'read the environment'],
    ['src/domain/x.ts', 'const at = Date.now();', 'know the time'],
    ['src/model/x.ts', 'const at = new Date();', 'know the time'],
    ['src/model/x.ts', 'const at = Date();', 'know the time'],
    ['src/stages/search/x.ts', 'const clock = { nowMs: performance.now };', 'know the time'],
    ['src/features/x.ts', 'const guess = Math.random();', 'throw dice'],
    ['src/model/x.ts', "import { randomUUID } from 'node:crypto';", 'throw dice'],
    ['src/model/x.ts', "import * as crypto from 'node:crypto';", 'throw dice'],
    ['src/features/x.ts', "const compiled = new Function('row', text);", 'run a text as code'],
    ['src/edges/sandbox/x.ts', "await import(['node', 'fs'].join(':'));", 'run a text as code'],
    ['src/engine/x.ts', "const fs = process.getBuiltinModule('fs');", 'run a text as code'],
  ])('would notice in %s: %s', (path, text, power) => {
    const strays = strayPowers(planted(path, text));
    expect(strays).toHaveLength(1);
    expect(strays[0]).toContain(`${path} may not ${power}`);
  });

  it.each([
    ['src/edges/sandbox/x.ts', "import { spawn } from 'node:child_process';"],
    ['src/model/x.ts', "import type { Stats } from 'node:fs';"],
    ['src/model/x.ts', "import { createHash } from 'node:crypto';"],
    ['src/model/x.ts', 'const day = new Date(0); const text = "Date.now()"; // Math.random()'],
    ['src/features/x.ts', 'const parts = { fetch: 1, performance: 2 }; parts.fetch; Date.UTC(2020, 1); new Date(parts.performance);'],
    ['src/engine/x.ts', 'process.exitCode = 1; process.on("SIGINT", () => {});'],
  ])('allows in %s: %s', (path, text) => {
    expect(strayPowers(planted(path, text))).toEqual([]);
  });
});
