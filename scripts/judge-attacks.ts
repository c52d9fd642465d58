/** What runs of the attacks come to, in lines for a terminal and as a page. Pure. */
import type { RanAttack } from './attack-reporter.ts';

/** `reason`: why there is nothing to judge. */
export type RunOfAttacks = { user: string; ran: RanAttack[]; reason: string | null };

type State = 'proved' | 'not provable here' | 'failed';
type AttackRow = {
  id: string;
  name: string;
  tries: string;
  walls: readonly string[];
  control: string;
  byUser: Map<string, { state: State; note: string | null }>;
};
type WallRow = { wall: string; red: string[]; stillHeld: string[]; isSeenBySelfTest: boolean; users: string[] };

export type JudgedAttacks = {
  lines: string[];
  lastLine: string;
  tests: { passed: number; failed: number };
  /** All 88 were met, by whoever could try. */
  isWhole: boolean;
  attacks: AttackRow[];
  walls: WallRow[];
  users: string[];
  /** Users for whom nothing could be tried, and why. */
  untried: { user: string; reason: string }[];
};

const CASES = 88;

export function judgeAttacks(runs: readonly RunOfAttacks[]): JudgedAttacks {
  const attacks = new Map<string, AttackRow>();
  const walls = new Map<string, WallRow>();
  for (const { user, ran } of runs) {
    for (const { meta, state, note } of ran) {
      if (meta?.part === 'attack') {
        const { id, name, tries, walls: named, control } = meta;
        const row = attacks.get(id) ?? { id, name, tries, walls: named, control, byUser: new Map() };
        const controlled = ran.find((other) => other.meta?.part === 'control' && other.meta.id === id);
        const states = [state, ...(meta.hasControl ? [controlled?.state ?? 'failed'] : [])];
        row.byUser.set(user, { state: states.includes('failed') ? 'failed' : states.includes('skipped') ? 'not provable here' : 'proved', note });
        attacks.set(id, row);
      }
      if (meta?.part === 'mutation' || meta?.part === 'wall') {
        const row = walls.get(meta.wall) ?? { wall: meta.wall, red: [], stillHeld: [], isSeenBySelfTest: false, users: [] };
        if (meta.part === 'wall') row.isSeenBySelfTest = meta.isSeenBySelfTest;
        else if (!row.red.includes(meta.id) && !row.stillHeld.includes(meta.id)) (meta.isRed ? row.red : row.stillHeld).push(meta.id);
        if (!row.users.includes(user)) row.users.push(user);
        walls.set(meta.wall, row);
      }
    }
  }
  const rows = [...attacks.values()].toSorted((a, b) => a.id.localeCompare(b.id));
  const over = rows.map(({ byUser }) => worst([...byUser.values()].map(({ state }) => state)));
  const missing = CASES - rows.length;
  const all = runs.flatMap(({ ran }) => ran);
  const failed =
    all.filter(({ state }) => state === 'failed').length + runs.filter(({ ran, reason }) => ran.length === 0 && reason === 'the tests could not be run').length;
  return {
    lines: runs.flatMap((run) => linesOf(run, rows)),
    lastLine: `${CASES} cases: ${count(over, 'proved')} proved, ${count(over, 'not provable here') + missing} not provable here, ${count(over, 'failed')} failed`,
    tests: { passed: all.filter(({ state }) => state === 'passed').length, failed },
    isWhole: missing === 0,
    attacks: rows,
    walls: [...walls.values()],
    users: runs.filter(({ ran }) => ran.length > 0).map(({ user }) => user),
    untried: runs.flatMap(({ user, reason }) => (reason === null ? [] : [{ user, reason }])),
  };
}

const worst = (states: State[]): State => (states.includes('failed') ? 'failed' : states.includes('not provable here') ? 'not provable here' : 'proved');
const count = (states: State[], state: State) => states.filter((each) => each === state).length;

function linesOf({ user, ran, reason }: RunOfAttacks, rows: AttackRow[]): string[] {
  if (reason !== null) return ['', `as ${user}: nothing was tried (${reason})`];
  const states = rows.map(({ id, name, byUser }) => ({ id, name, ...(byUser.get(user) ?? { state: 'not provable here' as const, note: 'it was not run' }) }));
  const of = (part: string) => ran.filter(({ meta }) => meta?.part === part);
  const passed = (part: string) => `${of(part).filter(({ state }) => state === 'passed').length} of ${of(part).length}`;
  return [
    '',
    ...states.flatMap(({ id, name, state, note }) =>
      state === 'proved' ? [] : [`  ${state === 'failed' ? '✗' : '–'} ${id} ${name}: ${state}${note ? ` (${note})` : ''}`],
    ),
    `as ${user}: ${CASES} cases: ${['proved', 'not provable here', 'failed'].map((state) => `${states.filter((each) => each.state === state).length} ${state}`).join(', ')}` +
      `; ${passed('control')} controls fired; ${passed('mutation')} attacks ended as they should without a wall`,
  ];
}

/** docs/attacks.md. */
export function attacksPage({ attacks, walls, users, untried, lastLine }: JudgedAttacks, { machine, date }: { machine: string; date: string }): string {
  const mark = { proved: '✓', 'not provable here': 'not provable', failed: '✗' } as const;
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = attacks.map(({ id, name, tries, walls: named, control, byUser }) => {
    const states = users.map((user) => mark[byUser.get(user)?.state ?? 'not provable here']);
    return `| ${[`${id} ${name}`, tries, named.length > 0 ? named.join(', ') : 'the host', control, ...states].map(cell).join(' | ')} |`;
  });
  const head = ['attack', 'what it tries', 'held back by', 'control', ...users.map((user) => `as ${user}`)];
  return `<!-- Made by \`npm run attacks -- --write\` from a run. -->

# Attacks on the cage

Each of 88 attacks is run as a program in a cage of its own, and must be reached, refused as expected, leave a canary outside untouched, and leave nothing behind. Its
control shows that the same attempt gets through where nothing holds it, or that the honest twin passes. The attacks are in \`tests/attacks/cases/\`; \`npm run attacks\` runs them all,
as root and as an ordinary user, and is a part of \`npm test\`.

**${lastLine}** (${machine}, ${date}${users.map((user) => `; as ${user}`).join('')}${untried.map(({ user, reason }) => `; not as ${user}: ${reason}`).join('')}).

| ${head.join(' | ')} |
| ${head.map(() => '---').join(' | ')} |
${rows.join('\n')}

## Each wall taken away

One wall at a time is taken from the policy, with the outer limits left on, and the attacks that name it are run again. At least one turns red, or the self-test sees that the
wall is missing, and then no program is started at all (SBX-87). What stays held back stands behind a second wall.

| wall | turns red | still held back | seen by the self-test |
| --- | --- | --- | --- |
${walls.map(({ wall, red, stillHeld, isSeenBySelfTest }) => `| ${wall} | ${red.join(', ') || '–'} | ${stillHeld.join(', ') || '–'} | ${isSeenBySelfTest ? 'yes' : 'no'} |`).join('\n')}

## Tampering with the score

\`tests/attacks/tampering.test.ts\` runs programs that replace measures and clocks, claim and print scores, speak for their supervisor, look for labels in files, memory and other
folds, and patch the code that runs them. None changes what the host measures.
`;
}
