import type { AivssScore } from '../../../domain/aivss.ts';
import { ModelwrightError } from '../../../domain/error.ts';
import type { ControlState, JudgedThreat, ThreatStatus } from '../../../domain/threat.ts';
import type { Client, ThreatReport } from '../../client/client.ts';
import type { CommandContext } from '../context.ts';
import { counted } from '../figures.ts';
import { textOption, type CommandWords } from '../command-words.ts';
import { openTerminal, type Format, type Terminal } from '../terminal.ts';

/** Shows the register of threats, judged by test evidence; with `--check` only looks whether its records still hold. */
export async function threats(client: Client, { options, wantsJson }: CommandWords, context: CommandContext): Promise<number> {
  const [evidence, html] = [textOption(options, 'evidence'), textOption(options, 'html')];
  const tell = (json: object) => context.stdout.write(`${JSON.stringify({ kind: 'result', ...json })}\n`);
  const terminal = openTerminal(context.stdout, context.environment);
  if (options['check'] === true) {
    if (evidence !== null || html !== null) {
      throw new ModelwrightError({
        code: 'MW1001',
        message: '--check looks at the records alone and goes with neither --html nor --evidence.',
        hint: 'Run the command twice.',
      });
    }
    const checked = await client.checkThreats();
    if (wantsJson) tell({ isInOrder: true, ...checked });
    else
      terminal.line(
        `In order: ${counted(checked.threats, 'threat')}, ${counted(checked.controls, 'control')}, every one of ${counted(checked.files, 'named file')} as the records say.`,
      );
    return 0;
  }
  const report = await client.threats({ evidence, html });
  if (wantsJson) tell(report);
  else if (report.page !== null) terminal.line(report.page);
  else show(report, terminal, context);
  return 0;
}

const statusFormats: Record<ThreatStatus, Format> = { proven: 'green', partial: 'yellow', unproven: 'dim', broken: 'red' };

function show(report: ThreatReport, terminal: Terminal, context: CommandContext): void {
  const { threats, counts, factorSum, bands } = report;
  const told = Object.entries(counts).filter(([status, count]) => count > 0 || status !== 'broken');
  terminal.line(`${counted(threats.length, 'threat')}: ${told.map(([status, count]) => `${count} ${status}`).join(', ')}`);
  terminal.wrapped(evidenceLine(report, context), 2);
  for (const threat of threats) {
    terminal.line('');
    showThreat(threat, terminal);
  }
  terminal.line('');
  const { critical, high, medium, low } = bands.after;
  terminal.wrapped(
    `Scored threats now: ${critical} critical, ${high} high, ${medium} medium, ${low} low (before: ${bands.before.critical} critical, ${bands.before.high} high, ${bands.before.medium} medium, ${bands.before.low} low). Scores are compared by band and never averaged.`,
    2,
  );
  const scored = threats.find(({ scores }) => scores)?.scores;
  if (!scored) return;
  terminal.wrapped(`AIVSS v0.8 = ${scored.after.formula}; floor (v1 amendment, never below the base) = ${scored.floor.formula}.`, 2);
  terminal.wrapped(
    `Factors ${factorSum.before} before, ${factorSum.now} now by what is proven; threat ${scored.after.inputs.threat} (a proof of concept is public).`,
    2,
  );
}

function evidenceLine({ evidence, origin }: ThreatReport, { commandName }: CommandContext): string {
  if (origin === null) return 'No test evidence here, so nothing counts as proven. Run npm test in a clone to make it.';
  if (!origin.isTrusted) {
    return `The evidence is signed by key ${origin.fingerprint}, which is not trusted here, so nothing of it counts. If you know the signer: ${commandName} trust ${origin.publicKey}`;
  }
  if (evidence === null) return 'No test evidence.';
  const of = evidence.isOfThisBuild ? 'this build' : `another build (${evidence.build.commit?.slice(0, 12) ?? evidence.build.version}), so it counts as stale`;
  return `Evidence of ${evidence.finishedAt.slice(0, 16).replace('T', ' ')} UTC on ${evidence.machine.platform} ${evidence.machine.architecture}, of ${of}, signed by key ${origin.fingerprint}.`;
}

const MAX_LACKS = 3;
const INDENT = 11;

const stateWords: Record<ControlState, string> = {
  proven: 'proven',
  partial: 'partial',
  unproven: 'unproven',
  broken: 'broken',
  planned: 'not built',
  operator: '(the operator’s)',
};

function showThreat({ id, status, sentence, scores, controls, lacks }: JudgedThreat, terminal: Terminal): void {
  const row = (name: string, text: string) => terminal.wrapped(`  ${terminal.style('dim', name.padEnd(INDENT - 2))}${text}`, INDENT);
  terminal.wrapped(`${terminal.style('bold', id.padEnd(6))} ${terminal.style(statusFormats[status], status.padEnd(9))} ${sentence}`, 17);
  if (scores) {
    const { before, after, floor, contained } = scores;
    const { inputs } = after;
    row(
      'score',
      `${told(before)} before, ${told(after)} now, floor ${told(floor)}${contained ? `, contained ${told(contained)}` : ''}  (base ${inputs.base}, mitigation ${inputs.mitigation.toFixed(2)})`,
    );
  }
  row('controls', controls.map((control) => `${control.id} ${stateWords[control.state]}`).join(', '));
  row('tests', testLine(controls));
  // What is not built is said beside its name, and how many tests did not run is counted above.
  const grave = lacks.filter(({ kind }) => kind === 'failed' || kind === 'untested');
  if (grave.length > 0)
    row(
      'lacks',
      `${grave
        .slice(0, MAX_LACKS)
        .map(({ text }) => text)
        .join(' ')}${grave.length > MAX_LACKS ? ` And ${grave.length - MAX_LACKS} more.` : ''}`,
    );
}

function testLine(controls: JudgedThreat['controls']): string {
  const tests = [...new Map(controls.flatMap((control) => control.tests.map((test) => [`${test.file} ${test.title}`, test] as const))).values()];
  if (tests.length === 0) return 'none';
  const states = Object.entries(Object.groupBy(tests, ({ state }) => state)).filter(([state]) => state !== 'passed');
  const passed = tests.filter(({ state }) => state === 'passed').length;
  return [
    `${passed} of ${tests.length} passed on this build`,
    ...states.map(([state, some]) => `${some.length} ${state === 'missing' ? 'not run' : state}`),
  ].join(', ');
}

const told = ({ score, band }: AivssScore) => `${score.toFixed(1)} ${band}`;
