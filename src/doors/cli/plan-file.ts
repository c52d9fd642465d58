import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { ModelwrightError } from '../../domain/error.ts';
import { Plan, PLAN_FORMAT } from '../../domain/plan.ts';

const MAX_PLAN_BYTES = 64 << 20;

/** A plan as `plan --out` wrote it, perhaps edited by hand; throws MW1215 with the part that is wrong. */
export function readPlanFile(path: string): Plan {
  const unreadable = (message: string, cause?: unknown) =>
    new ModelwrightError({
      code: 'MW1215',
      message,
      hint: 'Mend that part, or make the plan anew: modelwright plan "<sentence>" --data FILE --out plan.json',
      place: { file: path },
      cause,
    });
  let text: string;
  try {
    if (statSync(path).size > MAX_PLAN_BYTES) throw unreadable(`"${path}" is too large for a plan.`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ModelwrightError) throw cause;
    throw unreadable(`The plan file "${path}" cannot be read${cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''}.`, cause);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unreadable(`The plan file "${path}" is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, cause);
  }
  if (typeof json === 'object' && json !== null && 'format' in json && typeof json.format === 'number' && json.format > PLAN_FORMAT) {
    throw unreadable(`The plan file "${path}" has the format ${json.format}, and this program reads plans of format ${PLAN_FORMAT}.`);
  }
  const parsed = Plan.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(`In the plan file "${path}" "${issue.path.join('.') || 'the whole'}" is wrong: ${issue.message}.`);
}

/** Writes a plan where it was asked for: whole or not at all, and for its owner alone, for it names the data. */
export function writePlanFile(path: string, plan: Plan): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw new ModelwrightError({
      code: 'MW1050',
      message: `The plan cannot be written to "${path}"${cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''}.`,
      hint: 'Name a file in a folder that you may write to.',
      place: { file: path },
      cause,
    });
  }
}
