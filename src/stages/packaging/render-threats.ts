/** The page of threats. It stands beside the report because both are one static page made of the same parts. */
import { aivssFormulas, type AivssScore } from '../../domain/aivss.ts';
import { seedFactorSum } from '../../domain/threat-factors.ts';
import type { JudgedControl, JudgedFactor, JudgedRegister, JudgedThreat } from '../../domain/threat.ts';
import { counted, escape, factsTable, section, style, table } from './report-html.ts';

export type EvidenceOrigin = { fingerprint: string; isTrusted: boolean };

/** Opens offline and needs no script. What is proven first, then each threat with what it rests on. */
export function renderThreats(register: JudgedRegister, origin: EvidenceOrigin | null, madeAt: string): string {
  const { threats, counts } = register;
  const isAllProven = counts.proven === threats.length;
  const sections = [
    section('Where the scores stand', bandsSection(register)),
    section('The threats', threatTable(threats)),
    section('The ten agentic factors', factorSection(register.factors, register.factorSum)),
    section('How it is scored', scoringSection(register)),
    ...threats.map(threatSection),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Modelwright: threats</title><style>${style}${ownStyle}</style></head><body>
<header><h1>Threats, and what holds them</h1><p class="dim">Modelwright ${escape(register.build.version)}, ${escape(madeAt.slice(0, 10))}</p></header>
<div class="verdict ${isAllProven ? 'worth-using' : counts.broken > 0 ? 'do-not-use' : ''}"><b>${counted(threats.length, 'threat')}: ${counts.proven} proven, ${counts.partial} partial, ${counts.unproven} unproven${counts.broken > 0 ? `, ${counts.broken} broken` : ''}</b>
<p>${escape(evidenceSentence(register, origin))}</p></div>
${sections.join('\n')}
</body></html>
`;
}

const ownStyle = `
table{overflow-wrap:break-word}td>a,h2>b{white-space:nowrap}table+.scroll,.scroll+.scroll{margin-top:1rem}
.proven{color:var(--good)}.partial{color:var(--warn)}.unproven,.planned,.operator{color:var(--dim)}.broken{color:var(--bad)}
@media print{section{break-inside:auto}h2{break-after:avoid}}`;

function evidenceSentence({ evidence }: JudgedRegister, origin: EvidenceOrigin | null): string {
  if (origin === null) return 'There is no test evidence here, so nothing counts as proven.';
  if (!origin.isTrusted || evidence === null) return `The evidence is signed by key ${origin.fingerprint}, which is not trusted here, so nothing of it counts.`;
  const { build, machine, finishedAt, sha256, isOfThisBuild } = evidence;
  const of = isOfThisBuild ? 'It is of this build.' : 'It is of another build, so it counts as stale.';
  return `By the tests that ended at ${finishedAt} on ${machine.platform} ${machine.architecture}, Node ${machine.node}, as ${machine.isRoot ? 'root' : 'an ordinary user'}; version ${build.version}${build.commit === null ? '' : `, commit ${build.commit.slice(0, 12)}`}. ${of} Signed by key ${origin.fingerprint}, sha256 ${sha256.slice(0, 16)}….`;
}

const status = (text: string, shown = text) => `<b class="${text}">${escape(shown)}</b>`;
const scoreText = (score: AivssScore | null) => (score ? `${score.score.toFixed(1)} ${score.band}` : '');

function bandsSection({ bands }: JudgedRegister): string {
  const names = ['critical', 'high', 'medium', 'low'] as const;
  const row = (title: string, counts: JudgedRegister['bands']['before']) => [escape(title), ...names.map((name) => String(counts[name]))];
  return `${table([{ text: 'scored threats' }, ...names.map((text) => ({ text, isNumber: true }))], [row('before: nothing held', bands.before), row('now, by evidence', bands.after)], 'narrow')}
<p class="dim">Scores are ordinal: threats are compared by band, not by decimals, and never averaged. Threats without a single vulnerability to score have none.</p>`;
}

function threatTable(threats: readonly JudgedThreat[]): string {
  const rows = threats.map(({ id, status: now, sentence, scores }) => [
    `<a href="#${escape(id)}">${escape(id)}</a>`,
    escape(sentence),
    status(now),
    scoreText(scores?.before ?? null),
    scoreText(scores?.after ?? null),
    scoreText(scores?.floor ?? null),
    scoreText(scores?.contained ?? null),
  ]);
  const head = [{ text: '' }, { text: 'threat' }, { text: 'status' }, ...['before', 'now', 'floor', 'contained'].map((text) => ({ text, isNumber: true }))];
  return `${table(head, rows)}<p class="dim">Now: AIVSS v0.8, which can fall below the CVSS base. Floor: the v1 amendment, which cannot. Contained: on the vector that is left when the threat is held, without a mitigation factor; only of a proven threat.</p>`;
}

function factorSection(factors: readonly JudgedFactor[], sums: JudgedRegister['factorSum']): string {
  const rows = factors.map(({ id, name, seed, before, lowered, value, isLowered }) => [
    escape(id),
    escape(name),
    before.value.toFixed(1),
    isLowered ? `<b>${value.toFixed(1)}</b>` : value.toFixed(1),
    escape(isLowered ? (lowered?.because ?? '') : lowered ? `${before.because}; would be ${lowered.value} by its tests` : before.because),
    `${seed.value.toFixed(2)} (${escape(seed.name)})`,
  ]);
  return `${table([{ text: '' }, { text: 'factor' }, { text: 'before' }, { text: 'now' }, { text: 'because' }, { text: 'threat model, not conformant' }], rows)}
<p>Sum: ${sums.before} before, ${sums.now} now. The threat model’s own values add up to ${seedFactorSum.asGiven}; on the grid of the standard to ${seedFactorSum.onGrid}. They are off that grid, carry names of v0.5, and are used for no score here.</p>`;
}

function scoringSection({ factorSum }: JudgedRegister): string {
  return `${factsTable([
    ['v0.8 (OWASP, 2026): before, now, contained', aivssFormulas['v0.8']],
    ['v1 amendment (proposed, 2026): floor', aivssFormulas['v1-floor']],
    ['v0.5 (OWASP, 2025): history', aivssFormulas['v0.5']],
    ['base', 'CVSS 4.0 base score of the vector'],
    ['factors', `sum of the ten agentic factors: ${factorSum.before} before, ${factorSum.now} now`],
    ['threat', '0.97: a proof of concept is public'],
    ['mitigation', '0.67 proven, 0.83 partial, 1 unproven or broken; never typed in'],
  ])}<p class="dim">Vectors and factors are a judgement of one assessor. The standard is not yet at 1.0 and not calibrated.</p>`;
}

const controlWords: Record<JudgedControl['state'], string> = {
  proven: 'proven',
  partial: 'partial',
  unproven: 'unproven',
  broken: 'broken',
  planned: 'not built',
  operator: 'the operator’s',
};

function threatSection(threat: JudgedThreat): string {
  const { id, sentence, status: now, alsoAs, isAdded, asset, actor, entry, residual, tags, cvss, scores, controls, lacks } = threat;
  const tagText = [...tags.asi, ...tags.llm, ...tags.agentic, ...tags.atlas, ...tags.maestro].join(', ');
  const facts: [string, string][] = [
    ['At stake', asset],
    ['By whom', actor],
    ['By way of', entry],
    ['What is left', residual],
    ...(tagText === '' ? [] : [['Tags', tagText] satisfies [string, string]]),
    ...(isAdded ? [['Origin', 'added by us'] satisfies [string, string]] : []),
    ...(alsoAs.length > 0 ? [['Also said as', alsoAs.join(', ')] satisfies [string, string]] : []),
    ...(cvss ? [['Vector before', cvss.before] satisfies [string, string], ['Vector contained', cvss.contained] satisfies [string, string]] : []),
  ];
  const rows = controls.map(({ id: name, does, state, code, tests }) => [
    `${escape(name)}<br>${status(state, controlWords[state])}`,
    `${escape(does)}${code.map(({ file, symbol }) => `<br><span class="dim">${escape(`${file}: ${symbol}`)}</span>`).join('')}`,
    tests
      .map(
        ({ kind, title, file, state: tested, lastRun }) =>
          `${escape(`${tested}, ${kindWords[kind]}: ${title}`)} <span class="dim">${escape(`${file}${lastRun ? `, ${lastRun.slice(0, 10)}` : ''}`)}</span>`,
      )
      .join('<br>'),
  ]);
  return `<section id="${escape(id)}"><h2>${escape(id)}  ${escape(sentence)} ${status(now)}</h2>${factsTable(facts)}
${scores ? scoresTable(Object.entries({ before: scores.before, now: scores.after, floor: scores.floor, ...(scores.contained && { contained: scores.contained }), 'by v0.5': scores.history })) : ''}
${table([{ text: 'control' }, { text: 'what it does' }, { text: 'tests' }], rows)}
${lacks.length > 0 ? `<p>What it lacks:</p><ul>${lacks.map(({ text }) => `<li>${escape(text)}</li>`).join('')}</ul>` : ''}</section>`;
}

const kindWords = { attack: 'attack', positive: 'positive control', failClosed: 'fails closed' } as const;

function scoresTable(scores: [string, AivssScore][]): string {
  const rows = scores.map(([name, { version, formula, inputs, score, band }]) => [
    escape(name),
    `<b>${score.toFixed(1)}</b> ${band}`,
    escape(`${version}: ${formula}`),
    escape(`base ${inputs.base}, factors ${inputs.factorSum}, threat ${inputs.threat}${version === 'v0.5' ? '' : `, mitigation ${inputs.mitigation}`}`),
  ]);
  return table([{ text: '' }, { text: 'score' }, { text: 'version and formula' }, { text: 'inputs' }], rows);
}
