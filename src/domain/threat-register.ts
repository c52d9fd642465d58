import { threatControls } from './threat-controls.ts';
import { threatFactors } from './threat-factors.ts';
import { threatRecords } from './threat-records.ts';
import { Register } from './threat.ts';
import type { TestName } from './evidence.ts';

/** All that is known of the threats to Modelwright. */
export const threatRegister: Register = { threats: threatRecords, controls: threatControls, factors: threatFactors };

/** Every test that a record rests on. */
export function namedTests({ controls, factors }: Register): TestName[] {
  return [
    ...controls.flatMap((control) => (control.kind === 'built' ? Object.values(control.tests).flat() : [])),
    ...factors.flatMap(({ lowered }) => lowered?.tests ?? []),
  ];
}

/** Every file that a record names: of code, of tests, and of contracts that tests are written in. */
export function namedFiles(register: Register): string[] {
  const code = register.controls.flatMap((control) => (control.kind === 'built' ? control.code.map(({ file }) => file) : []));
  const tests = namedTests(register).flatMap(({ file, writtenIn }) => [file, ...(writtenIn === undefined ? [] : [writtenIn])]);
  return [...new Set([...code, ...tests])].toSorted();
}

/** What the records say that is no longer so, in sentences; empty when all is in order. `textOf` gives the text of a named file, undefined where it is gone. */
export function checkRegister(register: Register, textOf: (file: string) => string | undefined): string[] {
  const shape = Register.safeParse(register);
  if (!shape.success) return shape.error.issues.map(({ path, message }) => `A record is not as it should be: ${path.join('.')}: ${message}.`);
  const { threats, controls, factors } = register;
  const known = new Set(controls.map(({ id }) => id));
  const used = new Set(threats.flatMap((threat) => threat.controls));
  return [
    ...repeated([...threats.flatMap(({ id, alsoAs }) => [id, ...alsoAs]), ...known, ...factors.map(({ id }) => id)]).map(
      (id) => `The id ${id} is given twice.`,
    ),
    ...repeated(controls.map(({ id }) => id)).map((id) => `The control ${id} is written twice.`),
    ...threats.flatMap(({ id, controls }) =>
      controls.filter((one) => !known.has(one)).map((one) => `${id} names the control ${one}, which is not written down.`),
    ),
    ...controls.filter(({ id }) => !used.has(id)).map(({ id }) => `No threat names the control ${id}.`),
    ...controls.flatMap((control) => (control.kind === 'built' ? control.code : []).map((code) => goneCode(control.id, code, textOf(code.file)))),
    ...namedTests(register).map((test) => goneTest(test, textOf)),
  ].filter((problem) => problem !== undefined);
}

function goneCode(control: string, { file, symbol }: { file: string; symbol: string }, text: string | undefined): string | undefined {
  if (text === undefined) return `${control} rests on ${file}, which is gone.`;
  const isDeclared = new RegExp(`^\\s*(export )?(async )?(function\\*?|const|class|def|async def) ${symbol}\\b`, 'm').test(text);
  return isDeclared ? undefined : `${control} rests on ${symbol} in ${file}, which is gone.`;
}

function goneTest({ file, title, writtenIn, writtenAs }: TestName, textOf: (file: string) => string | undefined): string | undefined {
  const place = [file, writtenIn].find((one) => one !== undefined && textOf(one) === undefined);
  if (place !== undefined) return `A record rests on a test in ${place}, which is gone.`;
  const text = textOf(writtenIn ?? file) ?? '';
  const isThere = writtenAs === undefined ? isTitleIn(text, title) : text.includes(writtenAs);
  return isThere ? undefined : `A record rests on the test "${title}" in ${writtenIn ?? file}, which is gone.`;
}

/** As the first thing between brackets: the title of a test, and not the same words in a comment or elsewhere. */
function isTitleIn(text: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => text.includes(`(${quote}${title}${quote}`) || new RegExp(`\\(\\s*${escaped(quote + title + quote)}`).test(text));
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const repeated = (all: readonly string[]) => [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
