/**
 * The register of threats: what can go wrong, what holds it, which test proves that, what it scores. Statuses and scores are computed from
 * test evidence and never typed in: where there is none, everything is unproven and nothing is mitigated.
 */
import { z } from 'zod';
import { mitigationFactors, PROOF_OF_CONCEPT, scoreAivss, type AivssScore, type Band, type Mitigation } from './aivss.ts';
import { Cvss4Vector, cvss4BaseScore, toOneDecimal } from './cvss4.ts';
import { TestName, titlePattern, type Build, type RanTest, type TestEvidence } from './evidence.ts';

/** Older evidence counts as stale. */
export const EVIDENCE_LASTS_DAYS = 30;

const Sentence = z.string().min(1).max(1000);
const Id = z.string().regex(/^[a-z][a-z-]*(\.[a-z][a-z-]*)?$/);
const ids = (pattern: RegExp) => z.array(z.string().regex(pattern));

/** What a control rests on. Only what is built names code: the file and the name in it. */
const Code = z.strictObject({ file: z.string().min(1).max(300), symbol: z.string().regex(/^[A-Za-z_]\w*$/) });

/**
 * `attack`: the attempt is made and fails. `positive`: the same attempt gets through where the wall is not, or a rightful one where it is, so that
 * a refusal proves the wall. `failClosed`: when the control cannot work, nothing goes on without it.
 */
export const TestKind = z.enum(['attack', 'positive', 'failClosed']);
export type TestKind = z.infer<typeof TestKind>;

export const Control = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('built'), id: Id, does: Sentence, code: z.array(Code).min(1), tests: z.record(TestKind, z.array(TestName)) }),
  z.strictObject({ kind: z.literal('planned'), id: Id, does: Sentence }),
  /** Whoever runs the machine sees to it; nothing here can prove it. */
  z.strictObject({ kind: z.literal('operator'), id: Id, does: Sentence }),
]);
export type Control = z.infer<typeof Control>;

/** The layers of MAESTRO (CSA, February 2025); `S`: a sentence about the whole. */
export const Layer = z.enum(['S', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7']);

export const Threat = z.strictObject({
  id: z.string().regex(/^(S-\d|L\d-T\d)$/),
  /** Further rows of that threat model that say the same. */
  alsoAs: z.array(z.string().regex(/^(S-\d|L\d-T\d)$/)),
  layer: Layer,
  /** In the words of the threat model that this register answers, shortened; `isAdded` where it is not in there. */
  sentence: Sentence,
  isAdded: z.boolean(),
  tags: z.strictObject({
    /** OWASP Top 10 for Agentic Applications 2026. */
    asi: ids(/^ASI(0[1-9]|10)$/),
    /** OWASP Top 10 for LLM Applications 2025. */
    llm: ids(/^LLM(0[1-9]|10)$/),
    /** OWASP Agentic AI Threats and Mitigations 1.1. */
    agentic: ids(/^T([1-9]|1[0-7])$/),
    /** MITRE ATLAS. Ids as they were in 2025; not checked against its data since. */
    atlas: ids(/^AML\.[TM]\d{4}(\.\d{3})?$/),
    /** Layer and threat of MAESTRO. */
    maestro: ids(/^(L[1-7]|Cross): [A-Z]/),
  }),
  asset: Sentence,
  actor: Sentence,
  entry: Sentence,
  /** CVSS 4.0, our judgement: without controls, and where the controls contain it. Null: no single vulnerability to score. */
  cvss: z.strictObject({ before: Cvss4Vector, contained: Cvss4Vector }).nullable(),
  controls: z.array(Id).min(1),
  residual: Sentence,
});
export type Threat = z.infer<typeof Threat>;

const Level = z.union([z.literal(0), z.literal(0.5), z.literal(1)]);

/** One of the ten agentic factors of AIVSS v0.8. It counts as `before` until every test of `lowered` has passed on this build. */
export const AgenticFactor = z.strictObject({
  id: z.string().regex(/^F-(\d|10)$/),
  name: Sentence,
  /** As the threat model gives it: off the grid, and by the names of v0.5. */
  seed: z.strictObject({ name: Sentence, value: z.number().min(0).max(1) }),
  before: z.strictObject({ value: Level, because: Sentence }),
  lowered: z.strictObject({ value: Level, because: Sentence, tests: z.array(TestName).min(1) }).nullable(),
});
export type AgenticFactor = z.infer<typeof AgenticFactor>;

export const Register = z.strictObject({ threats: z.array(Threat), controls: z.array(Control), factors: z.array(AgenticFactor).length(10) });
export type Register = z.infer<typeof Register>;

/** Evidence that may count: its signature is good and its key trusted. `sha256` is that of the signed statement. */
export type CountedEvidence = { evidence: TestEvidence; sha256: string };

/** `stale`: it passed, but on another build or too long ago. `missing`: the evidence does not speak of it. */
export type TestState = 'passed' | 'failed' | 'skipped' | 'stale' | 'missing';

export type JudgedTest = TestName & { kind: TestKind; state: TestState; lastRun: string | null };

export type ControlState = 'proven' | 'partial' | 'unproven' | 'broken' | 'planned' | 'operator';
export type JudgedControl = { id: string; does: string; state: ControlState; code: { file: string; symbol: string }[]; tests: JudgedTest[] };

export type ThreatStatus = 'proven' | 'partial' | 'unproven' | 'broken';

export type ThreatScores = {
  before: AivssScore;
  after: AivssScore;
  /** By the v1 amendment: never below the base. To be shown wherever `after` is. */
  floor: AivssScore;
  /** On the vector that is left once the threat is contained, without a mitigation factor, so that no control is credited twice. Only of a proven threat. */
  contained: AivssScore | null;
  history: AivssScore;
};

/** `untested`: a kind of test that there is not. `not-run`: a test that did not run on this build, or not lately. */
export type Lack = { kind: 'failed' | 'not-built' | 'untested' | 'not-run'; text: string };

export type JudgedThreat = Omit<Threat, 'controls'> & {
  status: ThreatStatus;
  mitigation: Mitigation;
  /** What keeps it from being proven. */
  lacks: Lack[];
  controls: JudgedControl[];
  scores: ThreatScores | null;
};

export type JudgedFactor = AgenticFactor & { value: number; isLowered: boolean };

/** The build that is judged. `sources`: null where it does not say what it was made from; then no evidence is of it. */
export type JudgedBuild = { version: string; sources: string | null };

export type JudgedRegister = {
  build: JudgedBuild;
  evidence: { build: Build; machine: TestEvidence['machine']; finishedAt: string; sha256: string; isOfThisBuild: boolean } | null;
  threats: JudgedThreat[];
  factors: JudgedFactor[];
  factorSum: { before: number; now: number };
  counts: Record<ThreatStatus, number>;
  bands: { before: Record<Band, number>; after: Record<Band, number> };
};

/** Judges everything by what the tests found. The same register, evidence, build and moment always give the same. */
export function judgeRegister(register: Register, counted: CountedEvidence | null, build: JudgedBuild, nowMs: number): JudgedRegister {
  const isOfThisBuild = counted !== null && counted.evidence.build.sources === build.sources;
  const judgeTest = testJudge(counted?.evidence ?? null, isOfThisBuild, nowMs);
  const controls = new Map(register.controls.map((control) => [control.id, judgeControl(control, judgeTest)]));
  const factors = register.factors.map((factor): JudgedFactor => {
    const isLowered = factor.lowered !== null && factor.lowered.tests.every((test) => judgeTest(test).state === 'passed');
    return { ...factor, isLowered, value: isLowered && factor.lowered ? factor.lowered.value : factor.before.value };
  });
  const factorSum = { before: sum(register.factors.map(({ before }) => before.value)), now: sum(factors.map(({ value }) => value)) };
  const threats = register.threats.map((threat) =>
    judgeThreat(
      threat,
      threat.controls.map((id) => get(controls, id)),
      factorSum,
    ),
  );
  return {
    build,
    evidence: counted && {
      build: counted.evidence.build,
      machine: counted.evidence.machine,
      finishedAt: counted.evidence.finishedAt,
      sha256: counted.sha256,
      isOfThisBuild,
    },
    threats,
    factors,
    factorSum,
    counts: countBy(
      ['proven', 'partial', 'unproven', 'broken'],
      threats.map(({ status }) => status),
    ),
    bands: { before: bandsOf(threats, 'before'), after: bandsOf(threats, 'after') },
  };
}

type TestJudge = (test: TestName) => { state: TestState; lastRun: string | null };

function testJudge(evidence: TestEvidence | null, isOfThisBuild: boolean, nowMs: number): TestJudge {
  const byFile = Map.groupBy(evidence?.tests ?? [], ({ file }) => file);
  return ({ file, title }) => {
    const pattern = titlePattern(title);
    const ran = (byFile.get(file) ?? []).filter((one) => pattern.test(one.title));
    return {
      state: stateOfTest(ran, isOfThisBuild, nowMs),
      lastRun:
        ran
          .map(({ at }) => at)
          .toSorted()
          .at(-1) ?? null,
    };
  };
}

/** A title that stands for several tests has passed when all of them have. */
function stateOfTest(ran: readonly RanTest[], isOfThisBuild: boolean, nowMs: number): TestState {
  if (ran.length === 0) return 'missing';
  if (ran.some(({ result }) => result === 'failed')) return 'failed';
  if (ran.some(({ result }) => result === 'skipped')) return 'skipped';
  const oldestMs = Math.min(...ran.map(({ at }) => Date.parse(at)));
  return isOfThisBuild && nowMs - oldestMs <= EVIDENCE_LASTS_DAYS * 86_400_000 ? 'passed' : 'stale';
}

function judgeControl(control: Control, judgeTest: TestJudge): JudgedControl {
  if (control.kind !== 'built') return { id: control.id, does: control.does, state: control.kind, code: [], tests: [] };
  const tests = TestKind.options.flatMap((kind) => control.tests[kind].map((test): JudgedTest => ({ ...test, kind, ...judgeTest(test) })));
  const { id, does, code } = control;
  const isComplete = control.tests.attack.length > 0 && control.tests.positive.length > 0;
  return { id, does, code, tests, state: stateOfControl(tests, isComplete) };
}

function stateOfControl(tests: readonly JudgedTest[], isComplete: boolean): ControlState {
  if (tests.some(({ state }) => state === 'failed')) return 'broken';
  if (tests.every(({ state }) => state !== 'passed')) return 'unproven';
  return isComplete && tests.every(({ state }) => state === 'passed') ? 'proven' : 'partial';
}

function judgeThreat(threat: Threat, controls: JudgedControl[], factorSum: { before: number; now: number }): JudgedThreat {
  const { status, lacks } = statusOf(controls);
  const mitigation = mitigationOf[status];
  return { ...threat, status, mitigation, lacks, controls, scores: scoresOf(threat, status, mitigation, factorSum) };
}

const mitigationOf: Record<ThreatStatus, Mitigation> = { proven: 'strong', partial: 'partial', unproven: 'none', broken: 'none' };

/**
 * Proven: every control of ours is built, and its attacks, their positive controls and a fail-closed test passed on this build. Partial: most are
 * built, and either something is missing or not tested in every way, or a test did not run; not both. A failing test takes all credit away, and so
 * does, from a threat that is only partly held, a single test that did not run.
 */
function statusOf(controls: readonly JudgedControl[]): { status: ThreatStatus; lacks: Lack[] } {
  const ours = controls.filter(({ state }) => state !== 'operator');
  const tests = ours.flatMap((control) => control.tests);
  const lack = (kind: Lack['kind'], texts: string[]) => [...new Set(texts)].map((text): Lack => ({ kind, text }));
  const [unbuilt, built] = [ours.filter(({ state }) => state === 'planned'), ours.filter(({ state }) => state !== 'planned')];
  const failed = tests.filter(({ state }) => state === 'failed').map(({ title, file }) => `Failed: ${title} (${file})`);
  const untested = [
    ...built.flatMap(({ id, tests }) => (['attack', 'positive'] as const).filter((kind) => !hasKind(tests, kind)).map((kind) => `No ${kind} test of ${id}.`)),
    ...(built.length === 0 || hasKind(tests, 'failClosed') ? [] : ['No test that it fails closed.']),
  ];
  const notRun = tests.flatMap(({ state, title, file }) => (state === 'passed' || state === 'failed' ? [] : [`${notRunWords[state]}: ${title} (${file})`]));
  const isIncomplete = unbuilt.length + untested.length > 0;
  const isAttacked = tests.some(({ kind, state }) => kind === 'attack' && (state === 'passed' || state === 'stale'));
  const lacks = [
    ...lack('failed', failed),
    ...lack(
      'not-built',
      unbuilt.map(({ does }) => `Not built: ${does}`),
    ),
    ...lack('untested', untested),
    ...lack('not-run', notRun),
  ];
  if (failed.length > 0) return { status: 'broken', lacks };
  if (!isAttacked || built.length <= unbuilt.length || (isIncomplete && notRun.length > 0)) return { status: 'unproven', lacks };
  return { status: lacks.length > 0 ? 'partial' : 'proven', lacks };
}

const hasKind = (tests: readonly JudgedTest[], wanted: TestKind) => tests.some(({ kind }) => kind === wanted);

const notRunWords: Record<Exclude<TestState, 'passed' | 'failed'>, string> = {
  skipped: 'Skipped',
  stale: `Not of this build, or older than ${EVIDENCE_LASTS_DAYS} days`,
  missing: 'Not run',
};

function scoresOf(threat: Threat, status: ThreatStatus, mitigation: Mitigation, factorSum: { before: number; now: number }): ThreatScores | null {
  if (threat.cvss === null) return null;
  const base = cvss4BaseScore(threat.cvss.before);
  const unmitigated = { base, factorSum: factorSum.before, threat: PROOF_OF_CONCEPT, mitigation: mitigationFactors.none };
  const now = { ...unmitigated, factorSum: factorSum.now, mitigation: mitigationFactors[mitigation] };
  return {
    before: scoreAivss('v0.8', unmitigated),
    after: scoreAivss('v0.8', now),
    floor: scoreAivss('v1-floor', now),
    contained: status === 'proven' ? scoreAivss('v0.8', { ...now, base: cvss4BaseScore(threat.cvss.contained), mitigation: mitigationFactors.none }) : null,
    history: scoreAivss('v0.5', now),
  };
}

function bandsOf(threats: readonly JudgedThreat[], which: 'before' | 'after'): Record<Band, number> {
  return countBy(
    ['critical', 'high', 'medium', 'low', 'none'],
    threats.flatMap(({ scores }) => (scores ? [scores[which].band] : [])),
  );
}

const countBy = <T extends string>(all: readonly T[], found: readonly T[]) =>
  Object.fromEntries(all.map((one) => [one, found.filter((each) => each === one).length])) as Record<T, number>; // one entry each

// Values are on a grid of halves or tenths: the rounding only takes away what binary fractions add.
const sum = (values: readonly number[]) => toOneDecimal(values.reduce((total, value) => total + value, 0));

function get<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`no control has the id ${id}`);
  return found;
}
