/**
 * What a caged Node process runs: a copy of Node with the packages that hold native code, and a copy of our own sources that read strangers'
 * bytes. They lie beside the training environment, since homes and clones are often closed to the user that the cage runs as.
 *
 *     <cache root>/guest-runtime-<hash of platform and versions>/bin/node, node_modules/     270 MB, shared on disk with the originals where it can be
 *     <cache root>/guest-<hash of the sources>/src/**.js, node_modules/                      plain JavaScript; the empty folder is a mount point
 *
 * Plain JavaScript of Node built-ins, as `environment.mjs`: setup runs it. Types are stripped here once, and not at each start of a guest.
 */
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import * as module from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTrustedFolder, partialName, publish, shortHash } from './environment.mjs';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const FORMAT = '1';
const isClone = existsSync(join(packageRoot, 'src', 'edges'));
/** Where our code lies: sources in a clone, JavaScript in the published package. */
export const codeRoot = join(packageRoot, isClone ? 'src' : 'dist');
/** The modules that guests start at, without their ending. */
const entries = ['edges/tables/reader', 'edges/onnx/graph-guest'];

// ── our sources ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Relative imports and exports of values; a type needs no file. */
const importPattern = /^\s*(?:import|export)(?!\s+type\b)[^;'"]*?\s*(?:from\s*)?'(\.{1,2}\/[^']+)'|\bimport\(\s*'(\.{1,2}\/[^']+)'\s*\)/gm;

/** Each file that is reached from `starts`, with its text. */
function reachedFrom(starts) {
  const texts = new Map();
  const waiting = [...starts];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file)) continue;
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    for (const [, plain, dynamic] of text.matchAll(importPattern)) waiting.push(join(dirname(file), plain ?? dynamic));
  }
  return texts;
}

const isOutside = (place) => place.startsWith('..');

/** Plain JavaScript. A module of a test names ours from where it stands, and stands at the top of the copy. */
function asScript(place, text) {
  const script = place.endsWith('.ts') ? module.stripTypeScriptTypes(text) : text;
  return script.replaceAll(importPattern, (statement, plain, dynamic) => {
    const named = plain ?? dynamic;
    const moved = isOutside(place) ? `./${join(dirname(place), named)}` : named;
    return statement.replace(`'${named}'`, `'${moved.replace(/\.ts$/, '.js')}'`);
  });
}

/** The sources of guests as they are now: place in the copy and text, in a fixed order. `more`: further entries, for tests. */
function guestSources(more = []) {
  const ending = isClone ? '.ts' : '.js';
  const reached = reachedFrom([...entries.map((entry) => join(codeRoot, entry + ending)), ...more]);
  return [...reached].map(([file, text]) => [relative(codeRoot, file), text]).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function writeSources(folder, sources) {
  for (const [place, text] of sources) {
    const target = join(folder, 'src', isOutside(place) ? basename(place) : place).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, asScript(place, text));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  mkdirSync(join(folder, 'node_modules'));
}

// ── Node and its packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const platform = `${process.platform}-${process.arch}`;
const packages = [
  'zod',
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  `@duckdb/node-bindings-${platform}`,
  `@duckdb/node-bindings-${platform}-musl`,
  'detect-libc',
  'onnxruntime-common',
  'onnxruntime-node',
];

/** As Node finds a package from here: in the nearest `node_modules` on the way up. */
function findPackage(name) {
  for (let at = packageRoot; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
    if (at === dirname(at)) return undefined;
  }
}

const versionOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

/** The Node that came with us, which the command runs on, or else the one that runs this. */
export function findNode() {
  const pinned = findPackage(`node-${platform}`);
  const program = pinned && join(pinned, 'bin', 'node');
  return program && existsSync(program) ? { program, version: versionOf(pinned) } : { program: process.execPath, version: process.versions.node };
}

function runtimeParts() {
  const found = packages.flatMap((name) => {
    const folder = findPackage(name);
    return folder === undefined ? [] : [{ name, folder, version: versionOf(folder) }];
  });
  return { node: findNode(), found };
}

/** Nothing of other platforms, no declarations, no sources of sources. */
const isNeeded = (name, place) =>
  !/\.(d\.[cm]?ts|map|md)$|(^|\/)(src|node_modules|script)(\/|$)/.test(place) &&
  (name !== 'onnxruntime-node' || !/^bin\/napi-v\d+\/./.test(place) || `${place}/`.includes(`/${process.platform}/`)) &&
  (name !== 'onnxruntime-node' || !/^bin\/napi-v\d+\/[^/]+\/./.test(place) || `${place}/`.includes(`/${process.arch}/`));

function copyPackage(name, from, to, place = '') {
  mkdirSync(join(to, place), { recursive: true });
  for (const entry of readdirSync(join(from, place), { withFileTypes: true })) {
    const inner = place === '' ? entry.name : `${place}/${entry.name}`;
    if (!isNeeded(name, inner)) continue;
    if (entry.isDirectory()) copyPackage(name, from, to, inner);
    // Shares the blocks on disk where the file system can.
    else copyFileSync(join(from, inner), join(to, inner), constants.COPYFILE_FICLONE);
  }
}

function writeRuntime(folder, { node, found }) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(node.program, join(folder, 'bin', 'node'), constants.COPYFILE_FICLONE);
  for (const { name, folder: from } of found) copyPackage(name, from, join(folder, 'node_modules', name));
}

// ── both ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const runtimeFolder = (root, { node, found }) =>
  join(root, `guest-runtime-${shortHash([FORMAT, platform, node.version, ...found.map(({ name, version }) => `${name}@${version}`)])}`);
const sourcesFolder = (root, sources) => join(root, `guest-${shortHash([FORMAT, ...sources.flat()])}`);

/** Folders in `roots` that hold what guests of this version need, or undefined. A few milliseconds. */
export function findGuestFiles(roots, userId) {
  const [parts, sources] = [runtimeParts(), guestSources()];
  for (const root of roots) {
    const [runtime, code] = [runtimeFolder(root, parts), sourcesFolder(root, sources)];
    if (existsSync(runtime) && existsSync(code) && isTrustedFolder(root, userId)) return { runtime, code };
  }
  return undefined;
}

/** Readable by the user that the cage runs as, whatever the caller's umask. */
function openToAll(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Makes a folder whole or not at all; true where it was not there. */
function make(folder, write) {
  if (existsSync(folder)) return false;
  mkdirSync(dirname(folder), { recursive: true });
  const partial = partialName(folder);
  mkdirSync(partial);
  write(partial);
  openToAll(partial);
  publish(partial, folder);
  return true;
}

/** Makes what guests need under a cache root; `isNew`: Node and the packages were copied. `more`: further entries, for tests. */
export function installGuest(root, more = []) {
  const [parts, sources] = [runtimeParts(), guestSources(more)];
  const [runtime, code] = [runtimeFolder(root, parts), sourcesFolder(root, sources)];
  const isNew = make(runtime, (folder) => writeRuntime(folder, parts));
  make(code, (folder) => writeSources(folder, sources));
  return { runtime, code, isNew };
}
