/** The files that this Modelwright is made from: in a clone they are there, in an installed package only the digest of them is. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { sha256Of } from './file-store.ts';

/** Whatever decides how the product and its tests behave. */
const folders = ['src', 'harness', 'scripts', 'tests', 'bin'];
const singleFiles = ['package.json', 'package-lock.json', 'vitest.config.ts'];
const isSource = (path: string) => /\.(ts|mts|mjs|js|py|json|lock|toml)$/.test(path) && !/(^|\/)(node_modules|__pycache__|\.)/.test(path);

/** Written by the build beside the code it makes. */
const BUILD_FILE = 'dist/build.json';
const BuildFile = z.strictObject({ sources: z.string().regex(/^[0-9a-f]{64}$/) });

/** One digest over paths and contents; undefined where there are no sources. */
export async function hashSources(root: string): Promise<string | undefined> {
  const found = await Promise.all(folders.map((folder) => filesBelow(root, folder)));
  if (found.some((paths) => paths === undefined)) return undefined;
  const paths = [...found.flatMap((each) => each ?? []), ...singleFiles].toSorted();
  const digest = createHash('sha256');
  for (const path of paths) digest.update(`${path}\n${sha256Of(await readFile(join(root, path)))}\n`);
  return digest.digest('hex');
}

/** The digest that a built package carries of the sources it was made from. */
export async function readBuiltSources(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, BUILD_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : BuildFile.parse(JSON.parse(text)).sources;
}

/** The texts of files by their paths below the root; one that is gone has none. */
export async function readTexts(root: string, paths: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

async function filesBelow(root: string, folder: string): Promise<string[] | undefined> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => undefined);
  return entries
    ?.filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter(isSource);
}
