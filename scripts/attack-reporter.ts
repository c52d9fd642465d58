/** Writes down how each test of the attacks ended, with what it tells of itself, for `scripts/attacks.ts`. A reporter of vitest. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { AttackMeta } from '../tests/attacks/cases/meta.ts';

export type RanAttack = { file: string; title: string; state: 'passed' | 'failed' | 'skipped'; note: string | null; meta: AttackMeta | null };

export default class AttackReporter implements Reporter {
  readonly #ran: RanAttack[] = [];
  readonly #target = process.env['MODELWRIGHT_ATTACK_REPORT'];

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    this.#ran.push({
      file: relative(process.cwd(), test.module.moduleId),
      title: test.name,
      state: result.state === 'pending' ? 'failed' : result.state,
      note: result.state === 'skipped' ? (result.note ?? null) : null,
      meta: test.meta().attack ?? null,
    });
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // A file that could not even be loaded has no test that could have failed.
    for (const module of modules) {
      if (module.state() !== 'failed' || this.#ran.some(({ state, file }) => state === 'failed' && module.moduleId.endsWith(file))) continue;
      this.#ran.push({ file: relative(process.cwd(), module.moduleId), title: 'loads', state: 'failed', note: null, meta: null });
    }
    if (this.#target !== undefined) writeFileSync(this.#target, JSON.stringify(this.#ran));
  }
}
