import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVIDENCE_FORMAT, type TestEvidence } from '../src/domain/evidence.ts';
import { checkRegister, namedFiles, namedTests, threatRegister } from '../src/domain/threat-register.ts';
import { writeEvidence } from '../src/edges/store/evidence-file.ts';
import { openHome } from '../src/edges/store/home.ts';
import { openKeys } from '../src/edges/store/keys.ts';
import { hashSources, readTexts } from '../src/edges/store/source-tree.ts';
import { runCommand } from './support/command.ts';
import { parseSource, readSources, type SourceFile } from './support/read-sources.ts';

const root = join(import.meta.dirname, '..');
const attackIds = Array.from({ length: 88 }, (_, at) => `SBX-${String(at + 1).padStart(2, '0')}`);
const LONG = { timeout: 60_000 };

let folder: string;
let sources: string;
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'threats-')));
  sources = (await hashSources(root)) ?? '';
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string) => join(folder, name);
const run = (...words: string[]) => runCommand(['threats', ...words, '--home', inFolder('home')]);

/** As if every named test had passed a moment ago. */
const allPassed = (): TestEvidence => {
  const at = new Date().toISOString();
  const tests = namedTests(threatRegister).map(({ file, title }) => ({ file, title, result: 'passed' as const, at }));
  return {
    format: EVIDENCE_FORMAT,
    build: { version: '0.1.0', commit: null, sources },
    machine: { platform: 'linux', architecture: 'x64', node: '24', isRoot: false },
    finishedAt: at,
    tests,
  };
};
const signedBy = async (home: string, name: string, evidence = allPassed()) => {
  await writeEvidence(inFolder(name), evidence, (await openKeys(openHome(inFolder(home)))).signer());
  return inFolder(name);
};

describe('the records of threats', LONG, () => {
  it('name code and tests of this repository that are there', async () => {
    const texts = await readTexts(root, namedFiles(threatRegister));
    expect(checkRegister(threatRegister, (file) => texts.get(file))).toEqual([]);
  });

  it('name every attack of the list, so that none is proved for nothing', () => {
    const named = new Set(namedTests(threatRegister).flatMap(({ title }) => title.match(/^SBX-\d\d/)?.[0] ?? []));
    expect(attackIds.filter((id) => !named.has(id))).toEqual([]);
  });

  it('are checked by the command, which says so', async () => {
    const { exitCode, last, stderr } = await run('--check', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(last).toMatchObject({ kind: 'result', isInOrder: true, threats: 31 });
  });
});

describe('evidence', LONG, () => {
  it('of this home and this build counts', async () => {
    const { exitCode, last } = await run('--json', '--evidence', await signedBy('home', 'own'));
    expect(exitCode).toBe(0);
    expect(last).toMatchObject({ kind: 'result', origin: { isTrusted: true }, evidence: { isOfThisBuild: true }, counts: { broken: 0 } });
    expect(Reflect.get(Object(last['counts']), 'unproven')).toBeLessThan(31);
  });

  it('of another build is stale', async () => {
    const evidence = allPassed();
    const { last } = await run('--json', '--evidence', await signedBy('home', 'older', { ...evidence, build: { ...evidence.build, sources: 'a'.repeat(64) } }));
    expect(last).toMatchObject({ evidence: { isOfThisBuild: false }, counts: { proven: 0 } });
  });

  it('counts nothing that a stranger signed', async () => {
    const { exitCode, last } = await run('--json', '--evidence', await signedBy('strangers-home', 'foreign'));
    expect(exitCode).toBe(0);
    expect(last).toMatchObject({ origin: { isTrusted: false }, evidence: null, counts: { proven: 0, partial: 0, unproven: 31, broken: 0 } });
  });

  it('refuses evidence that was changed by one byte', async () => {
    const path = await signedBy('home', 'changed');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"passed"', '"passeD"'));
    expect((await run('--json', '--evidence', path)).last).toMatchObject({ kind: 'error', code: 'MW1431' });
  });

  it.each([
    ['a file that is not there', undefined],
    ['an empty file', ''],
    ['no signature', '{}\n'],
    ['another kind of text', 'a,b\n1,2\n'],
  ])('is refused with %s', async (_, text) => {
    if (text !== undefined) writeFileSync(inFolder('strange'), text);
    const ended = await run('--json', '--evidence', text === undefined ? inFolder('nowhere') : inFolder('strange'));
    expect(ended.last).toMatchObject({ kind: 'error', code: 'MW1430' });
    expect(ended.exitCode).toBe(4);
  });
});

describe('the register', LONG, () => {
  it('is shown threat by threat, with status, scores, controls and tests', async () => {
    const { lines } = await run('--evidence', await signedBy('home', 'shown'));
    const text = lines.map((line) => String(line['text'])).join('\n');
    for (const { id } of threatRegister.threats) expect(text).toMatch(new RegExp(`^${id} +(proven|partial|unproven) `, 'm'));
    expect(text).toMatch(/^ {2}score {4}9\.8 critical before, \d/m);
    expect(text).toContain('cage.network proven');
    expect(text).toMatch(/AIVSS v0\.8 = \(base/);
  });

  it('is written as one page without scripts, links to elsewhere or room for them', async () => {
    const { last } = await run('--json', '--evidence', await signedBy('home', 'paged'), '--html', inFolder('threats.html'));
    expect(last).toMatchObject({ page: inFolder('threats.html') });
    const page = readFileSync(inFolder('threats.html'), 'utf8');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:|src=|javascript:/i);
    for (const { id } of threatRegister.threats) expect(page).toContain(`id="${id}"`);
    expect(page).toContain('(base + factors) ÷ 2 × threat');
  });

  it('says that --check goes with nothing else', async () => {
    expect((await run('--json', '--check', '--html', inFolder('x.html'))).last).toMatchObject({ kind: 'error', code: 'MW1001' });
  });
});

/** What reaches out of this machine: modules of Node, whoever imports them, and globals. */
const reaching = /^(node:)?(net|http|https|http2|tls|dgram|undici)$|^(openai|@anthropic-ai\/.*|ai|@ai-sdk\/.*)$/;
const outside = /^(fetch|WebSocket|EventSource|XMLHttpRequest|navigator\.sendBeacon)$/;
const connectionsOf = (files: SourceFile[]) =>
  files
    .filter(({ path }) => !path.startsWith('src/doors/'))
    .flatMap(({ path, imports, uses }) =>
      [
        ...imports.filter(({ isTypeOnly, specifier }) => !isTypeOnly && reaching.test(specifier)).map(({ specifier }) => specifier),
        ...uses.filter((use) => outside.test(use)),
      ].map((what) => `${path}: ${what}`),
    );

describe('Modelwright as it is now', () => {
  it('opens no connection outside its doors, so that no language model is asked', () => {
    expect(connectionsOf([...readSources(root, 'src')].map(([path, text]) => parseSource(path, text)))).toEqual([]);
  });

  it('would notice a connection, wherever it is opened', () => {
    const texts = [
      "import { request } from 'node:https';",
      'const answer = await fetch(place);',
      "import { connect } from 'net';",
      "const ai = await import('openai');",
    ];
    for (const text of texts) expect(connectionsOf([parseSource('src/stages/planning/x.ts', text)])).toHaveLength(1);
  });
});
