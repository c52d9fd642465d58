import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mitigationFactors, PROOF_OF_CONCEPT, scoreAivss } from './aivss.ts';
import { cvss4BaseScore } from './cvss4.ts';
import { titlePattern, type RanTest, type TestEvidence, type TestResult } from './evidence.ts';
import { judgeRegister, Register, type Control, type CountedEvidence, type Threat } from './threat.ts';
import { checkRegister, namedTests, threatRegister } from './threat-register.ts';

const build = { version: '0.1.0', commit: null, sources: 'a'.repeat(64) };
const at = '2026-01-01T00:00:00.000Z';
const nowMs = Date.parse(at) + 60_000;
const DAY_MS = 86_400_000;

const evidenceOf = (tests: RanTest[]): CountedEvidence => ({
  sha256: 'b'.repeat(64),
  evidence: { format: 1, build, machine: { platform: 'linux', architecture: 'x64', node: '24', isRoot: false }, finishedAt: at, tests } satisfies TestEvidence,
});
/** One run of every named test, as its title would be filled in. */
const ranAll = (resultOf: (index: number) => TestResult = () => 'passed'): RanTest[] =>
  namedTests(threatRegister).map(({ file, title }, index) => ({ file, title, result: resultOf(index), at }));
const judged = (tests: RanTest[] | null, moment = nowMs, ofBuild = build) => judgeRegister(threatRegister, tests && evidenceOf(tests), ofBuild, moment);
const scoresOf = (register: ReturnType<typeof judged>) => register.threats.flatMap(({ scores }) => (scores ? [scores.after.score] : []));

describe('the register', () => {
  it('is of the shape of its schema: 31 threats and ten factors', () => {
    expect(Register.safeParse(threatRegister).error).toBeUndefined();
    expect(threatRegister.threats).toHaveLength(31);
    expect(threatRegister.threats.filter(({ cvss }) => cvss)).toHaveLength(18);
  });

  it('without evidence holds every threat for unproven, and mitigates nothing', () => {
    const { threats, factorSum, counts, evidence } = judged(null);
    expect(evidence).toBeNull();
    expect(counts).toEqual({ proven: 0, partial: 0, unproven: 31, broken: 0 });
    expect(factorSum.now).toBe(factorSum.before);
    for (const { mitigation, scores } of threats) {
      expect(mitigation).toBe('none');
      expect(scores?.after).toEqual(scores?.before);
      expect(scores?.contained ?? null).toBeNull();
    }
  });

  it('loses credit by every test that is skipped, stale, missing or failed, and never gains by it', () => {
    const all = judged(ranAll());
    const best = scoresOf(all);
    fc.assert(
      fc.property(fc.nat({ max: ranAll().length - 1 }), fc.constantFrom('skipped', 'failed', 'missing', 'stale' as const), (which, how) => {
        const tests = ranAll();
        const { file, title } = tests[which];
        const isIt = (test: RanTest) => test.file === file && test.title === title;
        const without = judged(
          how === 'missing'
            ? tests.filter((test) => !isIt(test))
            : tests.map((test) => (isIt(test) ? { ...test, ...(how === 'stale' ? { at: '2025-01-01T00:00:00.000Z' } : { result: how }) } : test)),
        );
        scoresOf(without).forEach((score, index) => expect(score).toBeGreaterThanOrEqual(best[index]));
        for (const [index, threat] of without.threats.entries()) {
          const before = all.threats[index];
          const rests = before.controls.some(({ tests }) => tests.some((test) => test.file === file && titlePattern(test.title).test(title)));
          if (rests && before.mitigation !== 'none') expect(mitigationFactors[threat.mitigation]).toBeGreaterThan(mitigationFactors[before.mitigation]);
          if (rests && how === 'failed') expect(threat.status).toBe('broken');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts nothing of another build, or of long ago, as passed', () => {
    const otherBuild = judged(ranAll(), nowMs, { ...build, sources: 'c'.repeat(64) });
    const muchLater = judged(ranAll(), nowMs + 31 * DAY_MS);
    for (const register of [otherBuild, muchLater]) {
      expect(register.counts.proven).toBe(0);
      expect(register.factorSum.now).toBe(register.factorSum.before);
    }
    expect(judged(ranAll(), nowMs + 29 * DAY_MS).counts).toEqual(judged(ranAll()).counts);
  });

  it('shows the score of the contained vector only where the threat is proven', () => {
    for (const { status, scores } of judged(ranAll()).threats) if (scores) expect(scores.contained !== null).toBe(status === 'proven');
  });
});

const control = (id: string, tests: { attack?: string[]; positive?: string[]; failClosed?: string[] }): Control => {
  const named = (titles: string[] = []) => titles.map((title) => ({ file: 'x.test.ts', title }));
  return {
    kind: 'built',
    id,
    does: 'It holds.',
    code: [{ file: 'x.ts', symbol: 'hold' }],
    tests: { attack: named(tests.attack), positive: named(tests.positive), failClosed: named(tests.failClosed) },
  };
};
const whole = control('wall.one', { attack: ['a'], positive: ['p'], failClosed: ['f'] });
const unbuilt: Control = { kind: 'planned', id: 'wall.two', does: 'Will hold.' };
const scored = threatRegister.threats.find(({ cvss }) => cvss) as Threat; // there are 18
const small = (controls: Control[]): Register => ({
  factors: threatRegister.factors.map((factor) => ({ ...factor, lowered: null })),
  controls,
  threats: [{ ...scored, controls: controls.map(({ id }) => id) }],
});
const outcomeOf = (controls: Control[], results: Record<string, TestResult>) => {
  const tests = Object.entries(results).map(([title, result]) => ({ file: 'x.test.ts', title, result, at }));
  const [{ status, mitigation, lacks }] = judgeRegister(small(controls), evidenceOf(tests), build, nowMs).threats;
  return { status, mitigation, lacks: lacks.map(({ text }) => text) };
};

describe('a threat', () => {
  it('is proven when attack, positive control and fail-closed test of every control passed', () => {
    expect(outcomeOf([whole], { a: 'passed', p: 'passed', f: 'passed' })).toEqual({ status: 'proven', mitigation: 'strong', lacks: [] });
  });

  it.each([
    ['a skipped test', [whole], { a: 'passed', p: 'skipped', f: 'passed' }, 'Skipped: p'],
    [
      'a control of several that is not built',
      [whole, control('wall.three', { attack: ['a'], positive: ['p'] }), unbuilt],
      { a: 'passed', p: 'passed', f: 'passed' },
      'Not built: Will hold.',
    ],
    ['no positive control', [control('wall.one', { attack: ['a'], failClosed: ['f'] })], { a: 'passed', f: 'passed' }, 'No positive test'],
    ['no fail-closed test', [control('wall.one', { attack: ['a'], positive: ['p'] })], { a: 'passed', p: 'passed' }, 'fails closed'],
  ] as [string, Control[], Record<string, TestResult>, string][])('is partly held with %s', (_, controls, results, lack) => {
    const { status, mitigation, lacks } = outcomeOf(controls, results);
    expect({ status, mitigation }).toEqual({ status: 'partial', mitigation: 'partial' });
    expect(lacks.join('\n')).toContain(lack);
  });

  it.each([
    ['nothing is built', [unbuilt], {}],
    ['no attack passed', [whole], { a: 'skipped', p: 'passed', f: 'passed' }],
    ['no more is built than is not', [whole, unbuilt], { a: 'passed', p: 'passed', f: 'passed' }],
    [
      'something is not built and a test was skipped',
      [whole, control('wall.three', { attack: ['a'], positive: ['p'] }), unbuilt],
      { a: 'passed', p: 'skipped', f: 'passed' },
    ],
  ] as [string, Control[], Record<string, TestResult>][])('is unproven where %s', (_, controls, results) => {
    expect(outcomeOf(controls, results)).toMatchObject({ status: 'unproven', mitigation: 'none' });
  });

  it('is broken where one test failed', () => {
    expect(outcomeOf([whole], { a: 'passed', p: 'passed', f: 'failed' })).toMatchObject({
      status: 'broken',
      mitigation: 'none',
      lacks: ['Failed: f (x.test.ts)'],
    });
  });

  it('owes nothing for what the operator sees to', () => {
    expect(outcomeOf([whole, { kind: 'operator', id: 'operator.kernel', does: 'Patched.' }], { a: 'passed', p: 'passed', f: 'passed' }).status).toBe('proven');
  });
});

/** Base, then A to E on it, then the contained base, G and H: worked out by hand and by a script of its own before this code was written. */
const workedOut: Record<string, number[]> = {
  'L1-T1': [9.4, 9.7, 9.8, 8.1, 6.5, 9.6, 2.3, 6.4, 3.8],
  'L1-T2': [7.1, 8.4, 9.2, 7.2, 5.8, 8.1, 2.3, 6.4, 3.8],
  'L2-T1': [7.0, 8.3, 9.2, 7.1, 5.8, 8.1, 2.3, 6.4, 3.8],
  'L2-T2': [8.3, 9.0, 9.5, 7.6, 6.2, 8.9, 2.3, 6.4, 3.8],
  'L3-T1': [8.7, 9.3, 9.6, 7.8, 6.3, 9.2, 2.3, 6.4, 3.8],
  'L3-T2': [9.4, 9.7, 9.8, 8.1, 6.5, 9.6, 2.3, 6.4, 3.8],
  'L4-T1': [9.3, 9.6, 9.8, 8.0, 6.5, 9.6, 8.8, 9.4, 9.0],
  'L4-T2': [8.5, 9.2, 9.6, 7.7, 6.2, 9.0, 2.0, 6.3, 3.6],
  'L4-T3': [7.1, 8.4, 9.2, 7.2, 5.8, 8.1, 5.3, 7.8, 6.2],
  'L5-T1': [8.3, 9.0, 9.5, 7.6, 6.2, 8.9, 2.3, 6.4, 3.8],
  'L5-T2': [6.9, 8.3, 9.2, 7.1, 5.7, 8.0, 6.3, 8.3, 7.0],
  'L5-T3': [5.3, 7.4, 8.7, 6.5, 5.2, 7.0, 2.1, 6.3, 3.6],
  'L5-T4': [2.1, 5.5, 7.8, 5.2, 4.2, 4.9, 2.1, 6.3, 3.6],
  'L5-T5': [7.0, 8.3, 9.2, 7.1, 5.8, 8.1, 2.3, 6.4, 3.8],
  'L6-T3': [9.3, 9.6, 9.8, 8.0, 6.5, 9.6, 2.3, 6.4, 3.8],
  'L6-T4': [8.7, 9.3, 9.6, 7.8, 6.3, 9.2, 2.3, 6.4, 3.8],
  'L7-T1': [7.1, 8.4, 9.2, 7.2, 5.8, 8.1, 2.3, 6.4, 3.8],
  'L7-T2': [8.8, 9.3, 9.7, 7.8, 6.3, 9.2, 2.3, 6.4, 3.8],
};

describe('the scores of the records', () => {
  it.each(Object.entries(workedOut))('of %s are those that were worked out', (id, expected) => {
    const { cvss } = threatRegister.threats.find((threat) => threat.id === id) ?? {};
    if (!cvss) throw new Error(`${id} has no vector`);
    const [base, contained] = [cvss4BaseScore(cvss.before), cvss4BaseScore(cvss.contained)];
    const v08 = (on: number, factorSum: number, mitigation: number = mitigationFactors.none) =>
      scoreAivss('v0.8', { base: on, factorSum, threat: PROOF_OF_CONCEPT, mitigation }).score;
    const floor = scoreAivss('v1-floor', { base, factorSum: 5.5, threat: PROOF_OF_CONCEPT, mitigation: mitigationFactors.strong }).score;
    expect([
      base,
      v08(base, 4.5),
      v08(base, 7.5),
      v08(base, 5.5, mitigationFactors.partial),
      v08(base, 5.5, mitigationFactors.strong),
      floor,
      contained,
      v08(contained, 5.5),
      v08(contained, 2),
    ]).toEqual(expected);
  });
});

describe('the check of the records', () => {
  const texts: Record<string, string> = {
    'x.ts': 'export function hold() {}',
    'x.test.ts': "it('a', () => {});\nit(\n  'p', () => {});\nit.each([1])('f', () => {});",
  };
  const problems = (change: Partial<Record<string, string>>, controls = [whole]) => checkRegister(small(controls), (file) => ({ ...texts, ...change })[file]);

  it('finds nothing where code and tests are there', () => {
    expect(problems({})).toEqual([]);
  });

  it.each<[string, Partial<Record<string, string>>, string]>([
    ['a test that was renamed', { 'x.test.ts': texts['x.test.ts'].replace("'a'", "'b'") }, 'the test "a" in x.test.ts'],
    ['a test that is only spoken of', { 'x.test.ts': `${texts['x.test.ts'].replace("it('a'", "it('b'")} // 'a'` }, 'the test "a" in x.test.ts'],
    ['code that was renamed', { 'x.ts': 'export function held() {}' }, 'hold in x.ts'],
    ['code that is only called', { 'x.ts': 'hold();' }, 'hold in x.ts'],
    ['a file that is gone', { 'x.ts': undefined }, 'x.ts, which is gone'],
  ])('finds %s', (_, change, says) => {
    expect(problems(change).join('\n')).toContain(says);
  });

  it('finds a control that no threat names, one that is not written down, and ids given twice', () => {
    const register = small([whole]);
    expect(checkRegister({ ...register, controls: [whole, unbuilt] }, (file) => texts[file])).toEqual(['No threat names the control wall.two.']);
    expect(checkRegister({ ...register, controls: [] }, (file) => texts[file])).toEqual([
      `${scored.id} names the control wall.one, which is not written down.`,
    ]);
    expect(checkRegister({ ...register, threats: [...register.threats, ...register.threats] }, (file) => texts[file])[0]).toContain('twice');
  });
});

describe('the title of a test', () => {
  it.each([
    ['refuses %s', 'refuses a link', true],
    ['$name comes out as it should', 'an empty file comes out as it should', true],
    ['in ${FILES} files from seed ${SEED}', 'in 300 files from seed 2', true],
    ['would notice in %s: %s', 'would notice in src/a.ts: import { a } from "b";', true],
    ['refuses (all) of it', 'refuses (all) of it', true],
    ['refuses %s', 'never refuses', false],
    ['a', 'ab', false],
  ])('%j stands for %j: %j', (title, ran, isIt) => {
    expect(titlePattern(title).test(ran)).toBe(isIt);
  });
});
