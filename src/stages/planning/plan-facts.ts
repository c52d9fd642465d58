import type { BuildRequest } from '../../domain/event.ts';
import type { DatasetRef, DerivedTarget } from '../../domain/plan.ts';
import type { ColumnProfile, LeakSuspect, Profile } from '../../domain/profile.ts';
import type { Reading, SentenceReading } from './reading.ts';
import type { TargetCounts, TargetLevels } from './target-levels.ts';

/** All that a plan is drafted from. */
export type PlanFacts = {
  request: BuildRequest;
  dataset: DatasetRef;
  testDataset: DatasetRef | null;
  profile: Profile;
  /** What the words say, and the reading of them that was chosen. */
  sentence: SentenceReading;
  reading: Reading;
  /** The target as a column: of the table, or as a derived one came out. */
  target: ColumnProfile;
  /** Checked by the engine; null for a column of the table. */
  derived: DerivedTarget | null;
  targetLevels: TargetLevels | TargetCounts;
  suspects: LeakSuspect[];
};
