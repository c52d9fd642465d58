import { installHarness } from '../../scripts/environment.mjs';
import { trainingRoots } from './environment.ts';

/** Before any test: the harness as it is now lies where the cage can read it, so that editing it needs no set-up. */
export default function installCurrentHarness(): void {
  // An ordinary user of a run by root finds what root installed.
  if (process.env['MODELWRIGHT_PROBE_FOLDER'] === undefined) installHarness(trainingRoots()[0]);
}
