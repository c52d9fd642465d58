/**
 * The ten agentic factors of AIVSS v0.8 on its grid of 0, 0.5 and 1. `seed` is what the published threat model gives: values off the grid, names of
 * v0.5 (Goal-Driven Planning where v0.8 has Language); it is kept as it is and used for no score of ours. The readings are ours: a judgement.
 */
import type { AgenticFactor } from './threat.ts';
import { toOneDecimal } from './cvss4.ts';
import type { TestName } from './evidence.ts';

const noLanguageModel: TestName = { file: 'tests/threats.test.ts', title: 'opens no connection outside its doors, so that no language model is asked' };
const noGeneratedCode: TestName = { file: 'tests/architecture.test.ts', title: 'keeps every power in its one home' };

export const threatFactors: AgenticFactor[] = [
  {
    id: 'F-1',
    name: 'Autonomy',
    seed: { name: 'Autonomy of Action', value: 0.7 },
    before: { value: 1, because: 'an agent acts on what it made without a person' },
    lowered: {
      value: 0.5,
      because: 'nothing is trained before a person, or the word --yes, approves the plan; what runs then runs in the cage, where there is one',
      tests: [
        { file: 'tests/journeys/command-line-broken-inputs.test.ts', title: 'refuses a plan that nobody approved, after showing it' },
        { file: 'tests/journeys/plan-command.test.ts', title: 'does not approve a plan by %s, and nothing is trained' },
      ],
    },
  },
  {
    id: 'F-2',
    name: 'Language',
    seed: { name: 'Goal-Driven Planning', value: 0.6 },
    before: { value: 1, because: 'words drive planning and execution through a language model' },
    lowered: {
      value: 0.5,
      because: 'rules read the sentence and only choose among columns and kinds of task; no language model is asked',
      tests: [noLanguageModel],
    },
  },
  {
    id: 'F-3',
    name: 'Self-Modification',
    seed: { name: 'Self-Modification', value: 0.4 },
    before: { value: 1, because: 'it generates code and executes it' },
    lowered: { value: 0, because: 'no code is generated, and no text is run as code', tests: [noLanguageModel, noGeneratedCode] },
  },
  {
    id: 'F-4',
    name: 'Tools',
    seed: { name: 'Dynamic Tool Use', value: 0.5 },
    before: { value: 1, because: 'broad tools of high authority' },
    lowered: { value: 0.5, because: 'each power lives in one room of the code, fixed when it is built', tests: [noGeneratedCode] },
  },
  {
    id: 'F-5',
    name: 'Persistence',
    seed: { name: 'Persistent Memory', value: 0.5 },
    before: { value: 0.5, because: 'runs and models are kept in the home; no later run learns from them' },
    lowered: null,
  },
  {
    id: 'F-6',
    name: 'Context',
    seed: { name: 'Contextual Awareness', value: 0.4 },
    before: { value: 0.5, because: 'names and statistics of the columns steer the plan' },
    lowered: null,
  },
  {
    id: 'F-7',
    name: 'Identity',
    seed: { name: 'Dynamic Identity', value: 0.1 },
    before: { value: 0, because: 'it acts as the user who started it and takes on no other role' },
    lowered: null,
  },
  {
    id: 'F-8',
    name: 'Multi-Agent',
    seed: { name: 'Multi-Agent Interactions', value: 0.2 },
    before: { value: 1, because: 'many agents hand work to each other' },
    lowered: { value: 0, because: 'there is no agent', tests: [noLanguageModel] },
  },
  {
    id: 'F-9',
    name: 'Non-Determinism',
    seed: { name: 'Non-Determinism', value: 0.6 },
    before: { value: 1, because: 'the same request gives other results, without bounds' },
    lowered: {
      value: 0.5,
      because: 'every choice by chance has a seed and a run is repeated from its record to the same scores; how many fits a new run has, the clock decides',
      tests: [
        { file: 'tests/journeys/kills.test.ts', title: 'does the same twice when it repeats a recorded list of fits' },
        { file: 'tests/journeys/replay.test.ts', title: 'comes to the same, to 1e-9, by one fit at a time, and leaves nothing behind' },
        { file: 'src/stages/evaluation/split-rows.test.ts', title: 'is the same for the same seed, and another for another' },
      ],
    },
  },
  {
    id: 'F-10',
    name: 'Opacity',
    seed: { name: 'Opacity & Reflexivity', value: 0.5 },
    before: { value: 0.5, because: 'every step is an event on disk; the log is not signed' },
    lowered: null,
  },
];

const onGrid = (value: number) => Math.round(value * 2) / 2;

export const seedFactorSum = {
  asGiven: toOneDecimal(threatFactors.reduce((sum, { seed }) => sum + seed.value, 0)),
  onGrid: threatFactors.reduce((sum, { seed }) => sum + onGrid(seed.value), 0),
};
