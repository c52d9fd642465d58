/**
 * Leaves what a run of the tests found as signed evidence, `.cache/threat-evidence.jsonl`, for `modelwright threats`: of each test that a record of
 * a threat names, how it ended and when. Signed with the key of the home, as everything is that is made here. A reporter of vitest, which
 * `scripts/check.mjs` hooks into its runs of the tests; what they find on one build is kept together.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';
import { EVIDENCE_FORMAT, titlePattern, type RanTest, type TestName, type TestEvidence, type TestResult } from '../src/domain/evidence.ts';
import { namedTests, threatRegister } from '../src/domain/threat-register.ts';
import { readEvidence, writeEvidence } from '../src/edges/store/evidence-file.ts';
import { openHome } from '../src/edges/store/home.ts';
import { openKeys, type Keys } from '../src/edges/store/keys.ts';
import { hashSources } from '../src/edges/store/source-tree.ts';
import { readConfig } from '../src/engine/index.ts';

const root = join(import.meta.dirname, '..');

export default class EvidenceReporter implements Reporter {
  readonly #named: Map<string, TestName[]> = Map.groupBy(namedTests(threatRegister), ({ file }) => file);
  readonly #ran: RanTest[] = [];
  #sources: Promise<string | undefined> = Promise.resolve(undefined);

  // Before the first test: what is edited while they run makes another build.
  onInit(): void {
    this.#sources = hashSources(root);
  }

  onTestCaseResult(test: TestCase): void {
    const file = relative(root, test.module.moduleId);
    if (!this.#named.get(file)?.some(({ title }) => titlePattern(title).test(test.name))) return;
    const { state } = test.result();
    // A test that never ended proves nothing.
    const result: TestResult = state === 'pending' ? 'failed' : state;
    this.#ran.push({ file, title: test.name, result, at: new Date().toISOString() });
  }

  async onTestRunEnd(): Promise<void> {
    try {
      const sources = await this.#sources;
      if (sources === undefined || this.#ran.length === 0) return;
      const keys = await openKeys(openHome(readConfig(process.env, null).home));
      const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
      const target = join(root, '.cache', 'threat-evidence.jsonl');
      const evidence: TestEvidence = {
        format: EVIDENCE_FORMAT,
        build: { version, commit: currentCommit(), sources },
        machine: { platform: process.platform, architecture: process.arch, node: process.versions.node, isRoot: process.getuid?.() === 0 },
        finishedAt: new Date().toISOString(),
        tests: [...(await this.#foundBefore(target, sources, keys)), ...this.#ran],
      };
      await writeEvidence(target, evidence, keys.signer());
    } catch (error) {
      // The tests have said what they found; only the threats stay unproven.
      console.warn(`No test evidence was left: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** What an earlier run of other files found on the very same build: the checks run the tests in parts. */
  async #foundBefore(target: string, sources: string, keys: Keys): Promise<RanTest[]> {
    const before = await readEvidence(target).catch(() => undefined); // a damaged one is replaced
    if (before?.evidence.build.sources !== sources || !(await keys.isTrusted(before.publicKey))) return [];
    const files = new Set(this.#ran.map(({ file }) => file));
    return before.evidence.tests.filter(({ file }) => !files.has(file));
  }
}

function currentCommit(): string | null {
  const { stdout, status } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
