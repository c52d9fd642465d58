/** The attacks of the list, SBX-01 to SBX-88, in its order. */
import { betweenCases } from './between-runs.ts';
import type { AttackCase } from './case.ts';
import { evaluationCases } from './evaluation.ts';
import { failClosedCases } from './fail-closed.ts';
import { fileCases } from './files.ts';
import { kernelCases } from './kernel.ts';
import { networkCases } from './network.ts';
import { outputCases } from './outputs.ts';
import { resourceCases } from './resources.ts';
import { streamCases } from './streams.ts';
import { surroundingCases } from './surroundings.ts';
import { uploadCases } from './uploads.ts';

const byId = (a: AttackCase, b: AttackCase) => a.id.localeCompare(b.id);

export const attackCases: readonly AttackCase[] = [
  ...fileCases,
  ...outputCases,
  ...uploadCases,
  ...surroundingCases,
  ...networkCases,
  ...kernelCases,
  ...resourceCases,
  ...streamCases,
  ...evaluationCases,
  ...betweenCases,
  ...failClosedCases,
].toSorted(byId);
