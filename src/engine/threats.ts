import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelwrightError } from '../domain/error.ts';
import { checkRegister, namedFiles, threatRegister } from '../domain/threat-register.ts';
import { judgeRegister, type JudgedRegister } from '../domain/threat.ts';
import { hashSources, openTextOutput, readBuiltSources, readEvidence, readTexts, type SignedEvidence } from '../edges/store/index.ts';
import { renderThreats } from '../stages/packaging/index.ts';
import type { Edges } from './open-engine.ts';

/** Here `src/` or `dist/` lies. */
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Where a run of the tests in a clone leaves its evidence, and where a package brings what its makers' run left. */
const evidenceFiles = ['.cache/threat-evidence.jsonl', 'dist/threat-evidence.jsonl'];

/** Who signed the evidence that was found; null where there is none. What a key signed that is not trusted here does not count. */
export type EvidenceOrigin = { path: string; publicKey: string; fingerprint: string; isTrusted: boolean };

export type ThreatReport = JudgedRegister & { origin: EvidenceOrigin | null; page: string | null };

/** Judges the register by what the tests found. `evidence`: a file of it, else the one that belongs to this copy; `html`: where a page of it goes. */
export async function judgeThreats(edges: Edges, asked: { evidence: string | null; html: string | null }): Promise<ThreatReport> {
  const found = await findEvidence(asked.evidence);
  const keys = (await edges.store()).keys;
  const isTrusted = found !== null && (await keys.isTrusted(found.publicKey));
  const sources = (await hashSources(packageRoot)) ?? (await readBuiltSources(packageRoot)) ?? null;
  const judged = judgeRegister(threatRegister, isTrusted ? found : null, { version: edges.version, sources }, Date.parse(edges.wallIso()));
  const origin = found && { path: found.path, publicKey: found.publicKey, fingerprint: found.fingerprint, isTrusted };
  if (asked.html !== null) await writePage(asked.html, renderThreats(judged, origin, edges.wallIso()));
  return { ...judged, origin, page: asked.html === null ? null : resolve(asked.html) };
}

/** Looks whether the records still speak of code and tests that are there. Throws MW9002 saying which do not. */
export async function checkThreats(): Promise<{ threats: number; controls: number; files: number }> {
  if ((await hashSources(packageRoot)) === undefined) {
    throw new ModelwrightError({
      code: 'MW1003',
      message: 'The sources and tests that the records name are not part of an installed package.',
      hint: 'Run it in a clone of the repository. Without --check the command shows what the evidence of this package says.',
    });
  }
  const files = namedFiles(threatRegister);
  const texts = await readTexts(packageRoot, files);
  const problems = checkRegister(threatRegister, (file) => texts.get(file));
  if (problems.length > 0) {
    throw new ModelwrightError({
      code: 'MW9002',
      message: problems.join(' '),
      hint: 'Where the code or the test has moved, say so in src/domain/threat-controls.ts; where it is gone, the control is no longer built.',
    });
  }
  return { threats: threatRegister.threats.length, controls: threatRegister.controls.length, files: files.length };
}

async function findEvidence(named: string | null): Promise<(SignedEvidence & { path: string }) | null> {
  for (const path of named === null ? evidenceFiles.map((file) => join(packageRoot, file)) : [resolve(named)]) {
    const found = await readEvidence(path);
    if (found) return { ...found, path };
  }
  if (named === null) return null;
  throw new ModelwrightError({
    code: 'MW1430',
    message: `There is no file ${named}.`,
    hint: 'Name a file that a run of the tests wrote, or leave --evidence out.',
    place: { file: named },
  });
}

async function writePage(path: string, page: string): Promise<void> {
  const output = await openTextOutput(path);
  try {
    await output.write(page);
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
}
