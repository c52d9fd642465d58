import type { Client } from '../../client/client.ts';
import type { Examination } from '../../client/examination.ts';
import type { CommandWords } from '../command-words.ts';
import type { CommandContext } from '../context.ts';
import { openTerminal, printable, type Format, type Terminal } from '../terminal.ts';

const NAME_WIDTH = 21;
/** Where the words of a line begin: two spaces, the state, the name. */
const INDENT = 2 + 8 + NAME_WIDTH + 1;
const KERNEL_INDENT = 10;

/** Exit code 0: every wall stands; 3: at least one does not. */
export async function doctor(client: Client, { wantsJson }: CommandWords, context: CommandContext): Promise<number> {
  const found = await client.examine();
  if (wantsJson) context.stdout.write(`${JSON.stringify({ kind: 'result', ...found })}\n`);
  else show(found, openTerminal(context.stdout, context.environment));
  return found.isCaged ? 0 : 3;
}

function show(found: Examination, terminal: Terminal): void {
  const { isCaged, refusal, walls, limits, kernel, backEnds, home } = found;
  const wallCount = walls.filter(({ kind }) => kind === 'wall').length;
  terminal.wrapped(
    isCaged
      ? terminal.style('green', `All ${wallCount} walls of the cage stand, tried in ${Math.round(found.trialMs)} ms: training runs in it.`)
      : terminal.style('red', 'WARNING: no cage can be had here. Curated learners run without one; generated code is refused.'),
    0,
  );
  if (refusal) terminal.wrapped(`${refusal.code} ${printable(refusal.message)}`, 2);

  const part = (heading: string) => terminal.line(`\n${terminal.style('bold', heading)}`);
  const entry = (state: string, format: Format, name: string, detail: string, remedy: string | undefined) => {
    terminal.wrapped(`  ${terminal.style(format, state.padEnd(7))} ${name.padEnd(NAME_WIDTH)} ${printable(detail)}`, INDENT);
    if (remedy !== undefined) terminal.wrapped(`${' '.repeat(INDENT)}Fix: ${printable(remedy)}`, INDENT + 5);
  };

  part('Walls');
  for (const { name, isUp, detail, remedy } of walls) entry(isUp ? 'up' : 'DOWN', isUp ? 'green' : 'red', name, detail, isUp ? undefined : remedy);
  part('Limits');
  for (const { name, value, keptBy } of limits) terminal.wrapped(`  ${''.padEnd(7)} ${name.padEnd(NAME_WIDTH)} ${value} (${keptBy})`, INDENT);
  if (kernel.length > 0) {
    part('Kernel (none of this takes a wall down that is up)');
    showKernel(kernel, terminal);
  }
  part('Back-ends');
  for (const { name, state, reason, remedy } of backEnds) entry(backEndStates[state], state === 'in-use' ? 'bold' : 'dim', name, reason, remedy);
  terminal.line(`\nHome: ${printable(home)}`);
}

const backEndStates = { 'in-use': 'in use', usable: 'usable', claimed: 'claimed', 'not-usable': 'no', 'not-used': 'unused' } as const;

/** What could be better says how, in lines of its own, for its names are long; what is well is named and no more. */
function showKernel(kernel: Examination['kernel'], terminal: Terminal): void {
  for (const { name, value, state, meaning, remedy } of kernel) {
    if (state === 'good') continue;
    const told = state === 'matters' ? terminal.style('red', 'MATTERS') : terminal.style('yellow', 'better ');
    terminal.wrapped(`  ${told} ${printable(`${name}: ${value}`)}`, KERNEL_INDENT);
    terminal.wrapped(`${' '.repeat(KERNEL_INDENT)}${printable(meaning)}`, KERNEL_INDENT);
    if (remedy !== undefined) terminal.wrapped(`${' '.repeat(KERNEL_INDENT)}Fix: ${printable(remedy)}`, KERNEL_INDENT + 5);
  }
  const good = kernel.filter(({ state }) => state === 'good').map(({ name, value }) => `${name} ${value}`);
  terminal.wrapped(`  ${terminal.style('green', 'good'.padEnd(7))} ${printable(good.join(' · '))}`, KERNEL_INDENT);
}
