/**
 * Makes the pages that are read off the code: docs/errors.md from the table of codes, docs/command-line.md from the command line's own help,
 * docs/threats.md from the records of threats.
 * `make-docs.test.ts` fails when a page and the code differ.
 *
 *     node scripts/make-docs.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aivssFormulas, bandOf, mitigationFactors, PROOF_OF_CONCEPT } from '../src/domain/aivss.ts';
import { cvss4BaseScore } from '../src/domain/cvss4.ts';
import { errorCodes } from '../src/domain/error-codes.ts';
import { seedFactorSum } from '../src/domain/threat-factors.ts';
import { threatRegister } from '../src/domain/threat-register.ts';
import { EVIDENCE_LASTS_DAYS, type Control, type Threat } from '../src/domain/threat.ts';
import { describeCommands } from '../src/doors/cli/command-line.ts';
import { exitCodes } from '../src/doors/cli/show-error.ts';

const HELP_WIDTH = 110;

const ranges = [
  { from: 1000, title: 'Wrong usage' },
  { from: 1100, title: 'The data' },
  { from: 1200, title: 'Task, plan and features' },
  { from: 1300, title: 'Training' },
  { from: 1400, title: 'Packages and answers' },
  { from: 2000, title: 'Budget and runs' },
  { from: 3000, title: 'The machine' },
  { from: 9000, title: 'Faults of ours' },
];

export function errorsPage(): string {
  const entries = Object.entries(errorCodes);
  const sections = ranges.flatMap(({ from, title }, index) => {
    const below = ranges[index + 1]?.from ?? Infinity;
    const own = entries.filter(([code]) => Number(code.slice(2)) >= from && Number(code.slice(2)) < below);
    const pages = own.map(
      ([code, { name, kind, title: what, meaning, remedy }]) =>
        `### ${code}\n\n**${what}.** \`${name}\`, exit code ${exitCodes[kind]}\n\n${meaning}\n\n*What to do:* ${remedy}\n`,
    );
    return own.length > 0 ? [`## ${title}\n`, ...pages] : [];
  });
  return `<!-- Made by scripts/make-docs.ts from src/domain/error-codes.ts. -->

# Errors

An error says what happened, where (file, row, column), what to do, and its code; \`modelwright explain CODE\` prints the page below. With \`--json\` the last line on
stdout is \`{"kind":"error","code":…,"name":…,"message":…,"hint":…,"place":…}\`. Codes and names never change their meaning. Rows count from 1, the header line not counted.

Exit codes: 0 done · 1 failed by a fault of ours · 2 wrong usage · 3 the machine or its set-up · 4 the data was refused · 5 the budget ended without a model · 130 interrupted
twice, to be resumed.

${sections.join('\n')}`;
}

export function commandLinePage(): string {
  const program = describeCommands('', async () => undefined);
  const helpOf = (command: typeof program) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => HELP_WIDTH });
    command.outputHelp();
    return `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
  };
  const commands = program.commands.map((command) => `## modelwright ${command.name()}\n\n${helpOf(command)}`);
  return `<!-- Made by scripts/make-docs.ts from src/doors/cli/command-line.ts. -->

# Command line

In an installed package the command is \`modelwright\` (or \`mw\`), in a clone \`./modelwright\` (or \`./mw\`).

${helpOf(program)}
${commands.join('\n')}
## What programs read

With \`--json\` nothing but JSON is written to stdout, one value a line, and the last line is an envelope: \`"kind":"result"\`, or \`"kind":"error"\` with \`code\`, \`name\`,
\`message\`, \`hint\` and \`place\`. [errors.md](errors.md) lists the codes.

\`build --json\` writes one event a line as it happens, each with \`kind\`, \`at\`, \`spentMs\` and \`run\`. Its result has \`model\` (name@version), \`path\` (the folder of the package),
\`metric\`, \`score\` (\`value\`, \`low\`, \`high\`: the 95 % interval), \`baseline\`, \`unjudgedClasses\` (those of which no row was measured), \`interval\` (how the range beside a number is made, or why there is none; null for classes),
\`coverage\` (what that range held of the locked rows: \`level\`, \`coveredCount\`, \`rowCount\`, \`meanWidth\`, \`isLow\`; null where it was not measured), \`verdict\`
(\`worth-using\`, \`promising\`, \`no-better\`, \`do-not-use\`), \`sentence\`, \`wallMs\`, \`budgetMs\`, \`rows\` (\`train\`, \`test\`), \`measuredOn\` (\`locked-test\`, \`test-file\`,
\`cross-validation\`), \`members\`, \`isStoppedEarly\` and \`run\`.

\`replay --json\` has \`isSame\`, \`tolerance\`, \`candidates\` (each with \`id\`, \`title\`, \`folds\`, \`recorded\`, \`replayed\`, \`difference\`, \`isSame\`) and \`others\`: the split, the
models and weights of the ensemble, every number of the score, the graphs and the package, each with \`what\`. Where something differs an error envelope (MW2013) follows it.
What a replay takes from the run's events is what the clock decided there: which fits were made and ended, how many rounds each kept, which candidates were weighed, which
were refitted, and which fits the last model has. All else is computed anew. It keeps nothing, and gives the model no new version.

\`predict --json\` without \`--out\` writes one answer a line before the envelope. Answers have the column \`prediction\`; for classes one \`probability_<class>\` each; for
numbers \`low\` and \`high\`, between which nine tenths of the truths are to lie ([how](splits-and-scores.md#the-range-beside-a-number)), where the model knows them. One row
out for each row in, in the same order. \`--row\` has the same as \`prediction\`, \`probabilities\` and \`interval\` (\`level\`, \`low\`, \`high\`).
`;
}

const cell = (text: string) => text.replaceAll('|', String.raw`\|`);
const markdownTable = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');
const named = (ids: string[]) => ids.map((id) => `\`${id}\``).join(', ');

export function threatsPage(): string {
  const { threats, controls, factors } = threatRegister;
  const kindOf = new Map(controls.map(({ id, kind }) => [id, kind]));
  const baseOf = ({ cvss }: Threat) => (cvss ? `${cvss4BaseScore(cvss.before).toFixed(1)} ${bandOf(cvss4BaseScore(cvss.before))}` : '');
  const threatRows = threats.map((threat) => {
    const of = (kind: Control['kind']) => named(threat.controls.filter((id) => kindOf.get(id) === kind));
    return [
      [threat.id, ...threat.alsoAs].join(', '),
      threat.sentence,
      baseOf(threat),
      of('built'),
      [of('planned'), of('operator')].filter((text) => text !== '').join('; '),
      threat.residual,
    ];
  });
  const controlRows = controls.flatMap((control) => {
    if (control.kind !== 'built') return [];
    const files = new Set(Object.values(control.tests).flatMap((tests) => tests.map(({ file }) => `\`${file}\``)));
    return [[`\`${control.id}\``, control.does, control.code.map(({ file, symbol }) => `\`${file}\`: \`${symbol}\``).join(', '), [...files].join(', ')]];
  });
  const absent = controls
    .filter(({ kind }) => kind !== 'built')
    .map(({ id, does, kind }) => `- \`${id}\`${kind === 'operator' ? ' (the operator’s)' : ''}: ${does}`);
  const factorRows = factors.map(({ id, name, before, lowered }) => [
    id,
    name,
    `${before.value}: ${before.because}`,
    lowered ? `${lowered.value}: ${lowered.because}` : 'stays',
  ]);
  const { strong, partial, none } = mitigationFactors;
  return `<!-- Made by scripts/make-docs.ts from src/domain/threat-records.ts, threat-controls.ts and threat-factors.ts. -->

# Threats

What can go wrong, what holds it, which test proves that, what it scores. The records are code (\`src/domain/threat*.ts\`); statuses and scores are computed from test evidence and never typed in. What is promised and what is not, in words: [SECURITY.md](../SECURITY.md).

\`\`\`sh
modelwright threats                  # each threat: status, scores, controls, tests, what it lacks
modelwright threats --html FILE      # the same as one page that opens offline and prints
modelwright threats --json           # the same for programs
modelwright threats --check          # fails (MW9002) when a record names code or a test that is gone; needs a clone
modelwright threats --evidence FILE  # by another run of the tests
\`\`\`

## Evidence

\`npm test\` leaves \`.cache/threat-evidence.jsonl\`: one line that says of every test which a record names how it ended and when, on which build and machine, and one line with an Ed25519 signature over the first, made with the key of the home. \`npm pack\` puts it into
the package, beside the digest of the sources.

Evidence counts when its signature is good, its key is this home's or was added by \`modelwright trust\`, and the digest of all sources is the one that was tested. A line of code that changed makes another build: its tests are *stale* until they run again, and so are those
older than ${EVIDENCE_LASTS_DAYS} days. Without evidence everything is unproven.

## Status

Each control that is built names the code that does it and three kinds of test: an **attack** that fails; a **positive** control, in which the same attempt gets through where the wall is not, or a rightful one where it is; and one that it **fails closed**.

| status | mitigation | means |
| --- | --- | --- |
| proven | ${strong} | every control of ours is built; all its attacks and positive controls, and a fail-closed test of the threat, passed on this build |
| partial | ${partial} | attacks passed, most controls are built, and either something is missing or not tested in every way, or a test was skipped or is stale; not both |
| unproven | ${none.toFixed(2)} | none of that |
| broken | ${none.toFixed(2)} | a named test failed |

So a skipped test raises the score of what it proves, and a failed one takes all credit away.

## Scores

The base is the CVSS 4.0 base score of the vector without controls. On it:

| shown as | version | formula |
| --- | --- | --- |
| before, now | AIVSS v0.8 (OWASP, March 2026) | ${aivssFormulas['v0.8']} |
| floor | amendment proposed to v0.8 (April 2026) | ${aivssFormulas['v1-floor']} |
| contained | v0.8 on the vector that is left when the threat is held, mitigation 1, so that no control is credited twice; only where proven | ${aivssFormulas['v0.8']} |
| history | v0.5 (OWASP, 2025), superseded | ${aivssFormulas['v0.5']} |

threat is ${PROOF_OF_CONCEPT} (a proof of concept is public); factors is the sum below. v0.8 can fall below the base, which the floor shows beside it. Scores are ordinal: compared by band, never averaged. Vectors and factors are one assessor's judgement; the standard is not yet at 1.0.

${markdownTable(['', 'factor', 'before', 'now, once its tests passed'], factorRows)}

The threat model that is answered gives ten values off the standard's grid, by the names of v0.5: they add up to ${seedFactorSum.asGiven} (${seedFactorSum.onGrid} on the grid), are shown on the page and used for no score.

## The threats

${markdownTable(['id', 'threat', 'base', 'built', 'not built, or the operator’s', 'what is left'], threatRows)}

## What is built

${markdownTable(['control', 'does', 'code', 'tests in'], controlRows)}

## What is not

${absent.join('\n')}

## A new control

Add it to \`src/domain/threat-controls.ts\` with the code it rests on and the titles of its tests as they stand in their files (\`%s\` and all), name it in the threats it holds, and run \`node scripts/make-docs.ts\`. A test stands there for no more than it shows.
\`tests/threats.test.ts\` fails when a title or a name in the code changes and the record does not.
`;
}

if (import.meta.main) {
  const docs = join(import.meta.dirname, '..', 'docs');
  writeFileSync(join(docs, 'errors.md'), errorsPage());
  writeFileSync(join(docs, 'command-line.md'), commandLinePage());
  writeFileSync(join(docs, 'threats.md'), threatsPage());
}
