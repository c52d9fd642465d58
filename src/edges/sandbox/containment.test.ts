import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Containment } from '../../domain/containment.ts';
import { describeContainment, policyHashes } from './containment.ts';
import { cageParts } from './start-cage.ts';

const environment = { basePrefix: '/usr', python: '/a/env/bin/python3', sitePackages: '/a/env/lib/python3.11/site-packages', harness: '/a/harness' };
const trial = { walls: [{ kind: 'wall' as const, name: 'network', isUp: true, detail: 'none' }], landlockAbi: 7, durationMs: 80 };

describe('what is kept of the cage of a run', () => {
  let harness: string;
  beforeAll(() => {
    harness = mkdtempSync(join(tmpdir(), 'harness-'));
    mkdirSync(join(harness, 'learners'));
    writeFileSync(join(harness, 'worker.py'), 'one\ntwo\n');
    writeFileSync(join(harness, 'learners', 'linear.py'), '');
    writeFileSync(join(harness, 'notes.txt'), 'not code');
  });
  afterAll(() => rmSync(harness, { recursive: true }));

  const facts = () => ({
    trial,
    isCaged: true,
    environment: { ...environment, harness },
    python: { version: '3.11.2', packages: { numpy: '2.4.6' } },
    memoryBytes: 2 ** 31,
    threads: 2,
    outerCage: null,
  });

  it('is every file of ours that can run inside, by name, length and hash', () => {
    expect(describeContainment(facts()).harness).toEqual([
      { name: 'learners/linear.py', lineCount: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
      { name: 'worker.py', lineCount: 2, sha256: 'c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8' },
    ]);
  });

  it('is what its event can hold, and says that no policy was in force where there was no cage', () => {
    expect(() => Containment.parse(describeContainment(facts()))).not.toThrow();
    const uncaged = Containment.parse(describeContainment({ ...facts(), isCaged: false }));
    expect(uncaged).toMatchObject({ backEnd: 'none', policySha256: null, workerFilterSha256: null, jobFilterSha256: null });
  });

  it('has the same policy wherever its folders lie', () => {
    const elsewhere = { ...environment, python: '/b/python3', sitePackages: '/home/ada/env/lib/python3.11/site-packages', harness: '/b/harness' };
    expect(policyHashes(elsewhere)).toEqual(policyHashes(environment));
  });

  it('has another policy where one word or one instruction is different', () => {
    const shared = policyHashes(environment, (request) => {
      const parts = cageParts(request);
      return { ...parts, cageWords: parts.cageWords.filter((word) => word !== '--unshare-net') };
    });
    const open = policyHashes(environment, (request) => ({ ...cageParts(request), jobFilter: new Uint8Array(8) }));
    const own = policyHashes(environment);
    expect(new Set([own, shared, open].map(({ policySha256 }) => policySha256)).size).toBe(3);
    expect(open.jobFilterSha256).not.toBe(own.jobFilterSha256);
    expect(open.workerFilterSha256).toBe(own.workerFilterSha256);
  });
});
