/**
 * What holds a threat back: the code that does it and the tests that prove it, or the word that it is not built. A test stands here for no more
 * than it shows; `tests/threats.test.ts` fails when one of them, or the code, is gone.
 */
import type { TestName } from './evidence.ts';
import type { Control } from './threat.ts';

type Tests = { attack: TestName[]; positive: TestName[]; failClosed?: TestName[] };

const built = (id: string, does: string, code: string[], { failClosed = [], ...tests }: Tests): Control => ({
  kind: 'built',
  id,
  does,
  code: code.map((place) => {
    const [file, symbol] = place.split('#');
    return { file, symbol };
  }),
  tests: { ...tests, failClosed },
});
const planned = (id: string, does: string): Control => ({ kind: 'planned', id, does });
const operator = (id: string, does: string): Control => ({ kind: 'operator', id, does });

const test =
  (file: string) =>
  (title: string): TestName => ({ file: `${file}.test.ts`, title });
const attackOn = (name: string) => test(`tests/attacks/${name}`);
/** A sentence of the sandbox's contract, as the cage keeps it. */
const cageKeeps = (title: string): TestName => ({ file: 'src/edges/sandbox/bubblewrap.test.ts', title, writtenIn: 'src/edges/sandbox/sandbox.contract.ts' });

/** Attacks of the list, SBX-01 to SBX-88, that a family of them holds; and their controls. */
const listed =
  (family: string, ending: string) =>
  (...numbers: number[]): TestName[] =>
    numbers.map((number) => {
      const id = `SBX-${String(number).padStart(2, '0')}`;
      return {
        file: 'tests/attacks/cases.test.ts',
        title: `${id} $name ${ending}`,
        writtenIn: `tests/attacks/cases/${family}.ts`,
        writtenAs: `'${id}'`,
      };
    });
const family = (name: string) => ({ held: listed(name, 'is held back'), control: listed(name, 'has its control') });
const sbx = {
  files: family('files'),
  outputs: family('outputs'),
  surroundings: family('surroundings'),
  uploads: family('uploads'),
  network: family('network'),
  kernel: family('kernel'),
  resources: family('resources'),
  streams: family('streams'),
  evaluation: family('evaluation'),
  between: family('between-runs'),
  failClosed: family('fail-closed'),
};
const tampering = test('tests/attacks/tampering');
const mutation = test('tests/attacks/mutations');

const network = attackOn('network');
const files = attackOn('files');
const environment = attackOn('environment');
const processes = attackOn('processes');
const memory = attackOn('memory');
const disk = attackOn('disk');
const time = attackOn('time');
const output = attackOn('output');
const otherJobs = attackOn('other-jobs');
const leftOvers = attackOn('left-overs');
const seccomp = test('src/edges/sandbox/seccomp');
const outcome = test('src/edges/sandbox/decide-outcome');
const wire = test('src/edges/sandbox/wire');
const walls = test('src/edges/sandbox/walls');
const programRunner = test('src/edges/sandbox/program-runner');
const noCage = test('tests/journeys/no-cage');
const foldData = test('src/engine/fold-data');
const verifying = test('src/model/verify-package');
const opening = test('src/model/open-model');
const graph = test('src/edges/onnx/check-graph');
const folder = test('src/edges/store/package-folder');
const expression = test('src/features/check-expression');
const keys = test('src/edges/store/keys');
const home = test('src/edges/store/home');
const oddFiles = test('src/edges/tables/odd-files');
const tables = test('src/edges/tables/tables');
const locked = test('src/edges/tables/load-table');
const fuzz = test('tests/journeys/fuzz-reading');
const guestAttacks = test('tests/attacks/guests');
const othersPackages = test('tests/journeys/packages-of-others');
const guestRuntime = test('src/edges/onnx/guest-runtime');
/** A sentence of the contract of guests, as a caged one keeps it. */
const guestKeeps = (title: string): TestName => ({
  file: 'src/edges/sandbox/caged-guest.test.ts',
  title,
  writtenIn: 'src/edges/sandbox/guests.contract.ts',
});
const readersKeep = (title: string): TestName => ({ file: 'src/edges/tables/readers.test.ts', title, writtenIn: 'src/edges/tables/readers.contract.ts' });
const split = test('src/stages/evaluation/split-rows');
const measured = test('src/stages/evaluation/measure-score');
const verdict = test('src/stages/evaluation/decide-verdict');
const intake = test('src/stages/intake/intake');
const contract = test('src/stages/packaging/contract');
const report = test('src/stages/packaging/render-report');
const equality = test('src/stages/packaging/check-equality');
const architecture = test('tests/architecture');
const planCommand = test('tests/journeys/plan-command');
const brokenInputs = test('tests/journeys/command-line-broken-inputs');
const kills = test('tests/journeys/kills');
const replay = test('tests/journeys/replay');
const oneHome = test('tests/journeys/in-one-home');
const eventLog = test('src/edges/store/sqlite-event-log');
const run = test('src/domain/run');
const register = test('src/domain/threat');
const aivss = test('src/domain/aivss');
const cvss = test('src/domain/cvss4');
const threats = test('tests/threats');

/** When a wall of a job cannot be put up, the job counts for nothing. */
const noJobWithoutWalls = outcome('is no outcome at all when a wall of the job could not be put up');

export const threatControls: Control[] = [
  // The cage round whatever trains.
  built(
    'cage.files',
    'A job sees its own folder and the libraries, and no file of this machine.',
    ['src/edges/sandbox/cage-arguments.ts#cageArguments', 'harness/harden.py#restrict_files'],
    {
      attack: [...sbx.files.held(1, 2, 3, 4, 5, 6, 8), ...sbx.surroundings.held(36, 38, 40), files('reads none and writes none but its own')],
      positive: [...sbx.files.control(1, 2, 3, 5, 6, 8), files('would read and write where only the name spaces hold it')],
      failClosed: [noJobWithoutWalls],
    },
  ),
  built(
    'cage.network',
    'A job gets no socket and sees no interface.',
    ['src/edges/sandbox/cage-arguments.ts#cageArguments', 'src/edges/sandbox/seccomp.ts#filterPolicy'],
    {
      attack: [
        ...sbx.network.held(45, 46, 47, 48, 49, 50, 51, 52),
        network('gets no socket of any kind, so nothing arrives'),
        seccomp('has no socket of any family but a pair inside the process'),
      ],
      positive: [...sbx.network.control(45, 46, 47, 50, 51), network('has a listener that others do reach, and sockets where only the name spaces hold it')],
      failClosed: [noJobWithoutWalls],
    },
  ),
  built(
    'cage.system-calls',
    'The kernel answers a short list of calls; a call of an attack ends the process.',
    ['src/edges/sandbox/seccomp.ts#assembleFilter', 'harness/harden.py#harden'],
    {
      attack: [
        ...sbx.kernel.held(53, 54, 55, 56, 57, 58, 81, 82),
        ...sbx.surroundings.held(41),
        ...sbx.evaluation.held(80),
        processes('ends at a call of the kernel that no learner makes (%s), which the report names'),
        seccomp('kills at every call of an attack (%s)'),
        seccomp('kills a call of another architecture, whose numbers mean other things'),
      ],
      positive: [
        ...sbx.kernel.control(53, 54, 55, 56, 57, 58, 81),
        processes('would fork, start programs and reach the kernel where only the name spaces hold it'),
        seccomp('lets every allowed call without a rule pass, and no call that is on no list (%s)'),
      ],
      failClosed: [noJobWithoutWalls],
    },
  ),
  built('cage.processes', 'A job starts no process and no program.', ['src/edges/sandbox/seccomp.ts#filterPolicy'], {
    attack: [...sbx.resources.held(59, 60, 63, 64), processes('cannot fork and cannot start a program; threads it may have, but not without end')],
    positive: [...sbx.resources.control(59, 60, 63, 64), processes('would fork, start programs and reach the kernel where only the name spaces hold it')],
    failClosed: [noJobWithoutWalls],
  }),
  built(
    'cage.privileges',
    'Neither worker nor job has a capability or a way to gain one.',
    ['src/edges/sandbox/cage-arguments.ts#startCommand', 'harness/harden.py#harden'],
    {
      attack: [
        ...sbx.outputs.held(14),
        ...sbx.surroundings.held(42),
        ...sbx.kernel.held(83),
        environment('has no privilege and two filters in force'),
        seccomp('lets the worker fork but makes no new namespace'),
      ],
      positive: [processes('would fork, start programs and reach the kernel where only the name spaces hold it')],
      failClosed: [noJobWithoutWalls],
    },
  ),
  built(
    'cage.environment',
    'A job has a short list of variables, its own descriptors, and sees no other process.',
    ['src/edges/sandbox/cage-arguments.ts#workerVariables', 'harness/worker.py#run_job'],
    {
      attack: [
        ...sbx.surroundings.held(32, 33, 34, 35, 37, 39),
        environment('finds a short list of variables, its own four descriptors, and no other process'),
      ],
      positive: [...sbx.surroundings.control(32, 33, 34, 35, 37, 39), environment('would find them where only the name spaces hold it')],
    },
  ),
  built('cage.memory', 'Memory has a limit for a job and for the whole cage.', ['harness/harden.py#limit', 'src/edges/sandbox/cgroup.ts#makeControlGroup'], {
    attack: [
      ...sbx.resources.held(65, 66, 67),
      memory('is ended at its limit, and the report says so (%s)'),
      memory('is ended by the limit of its whole cage, where its own is larger'),
    ],
    positive: [...sbx.resources.control(65, 66), memory('gets what it may have (%s)')],
  }),
  built(
    'cage.disk',
    'Files have a largest size, a largest number and a folder in memory with an end.',
    ['harness/harden.py#limit', 'src/edges/sandbox/training-worker.ts#superviseWorker'],
    {
      attack: [
        ...sbx.outputs.held(20, 21, 22),
        ...sbx.resources.held(69, 70),
        disk('meets the end of a file and of its folder, and this machine loses nothing'),
        disk('is ended when it makes files without end'),
      ],
      positive: [...sbx.outputs.control(20, 21), ...sbx.resources.control(69, 70), files('would read and write where only the name spaces hold it')],
    },
  ),
  built('cage.time', 'The wall clock ends a job whatever it does.', ['src/edges/sandbox/training-worker.ts#superviseWorker', 'harness/worker.py#Worker'], {
    attack: [...sbx.resources.held(61, 62, 68), time('is over at its wall clock (%s)'), time('does not hold up a job beside it')],
    positive: [...sbx.resources.control(61, 62), time('is not cut short when it ends in time')],
  }),
  built(
    'cage.output',
    'What a job prints and returns is cut, bounded, freed of control characters and never taken for the report of the worker.',
    ['src/edges/sandbox/printable-text.ts#printableText', 'src/edges/sandbox/wire.ts#FrameReader'],
    {
      attack: [
        ...sbx.streams.held(71, 72, 73, 74, 75),
        ...sbx.surroundings.held(43, 44),
        output('is cut where it prints without end, and still told of'),
        output('is ended where its result has no end'),
        output('sends no control character to a terminal'),
        output('cannot speak for the worker: a forged report on any of its channels is no report'),
      ],
      positive: [...sbx.streams.control(71, 72, 73, 75), output('is heard word for word when it says little')],
      failClosed: [outcome('is unreadable when the job ended well and wrote nonsense')],
    },
  ),
  built(
    'cage.other-jobs',
    'A job finds nothing of a job beside it or before it, and reaches none of them.',
    ['harness/worker.py#wipe', 'harness/harden.py#set_dumpable'],
    {
      attack: [...sbx.between.held(84, 86), otherJobs('finds nothing of a job that was, nor of one beside it, in any folder or in its own memory')],
      positive: [...sbx.between.control(84, 86), otherJobs('would find what it holds itself, so the search is one')],
    },
  ),
  built(
    'cage.left-overs',
    'Nothing of a job outlives it: no file, process or control group.',
    ['harness/worker.py#remove_folder', 'src/edges/sandbox/cgroup.ts#makeControlGroup'],
    {
      attack: [
        ...sbx.files.held(7),
        ...sbx.between.held(85),
        leftOvers('leaves nothing: its folder is emptied, however deep or shut it was'),
        leftOvers('finds nothing of another run either, which has a cage of its own'),
      ],
      positive: [...sbx.files.control(7), ...sbx.between.control(85), leftOvers('would leave it for the next where only the name spaces hold it')],
    },
  ),
  built(
    'cage.death',
    'Everything in the cage ends with the program that opened it, also when that is killed.',
    ['src/edges/sandbox/training-worker.ts#superviseWorker'],
    {
      attack: [
        cageKeeps('ends with the process that opened it, also when that is killed at work'),
        cageKeeps('leaves no process, no file and no control group behind'),
      ],
      positive: [cageKeeps('cancels a job at work and a job that waits')],
    },
  ),
  built(
    'cage.doctor',
    'Every wall is tried before a build; one that is missing is named, with what to do.',
    ['src/edges/sandbox/walls.ts#tryWalls', 'src/edges/sandbox/judge-walls.ts#judgeWalls'],
    {
      attack: [
        walls('finds "%s" missing: %s'),
        walls('are said to be missing where the kernel has no Landlock'),
        walls('are said to be missing where the learners cannot be read, with what to do'),
        walls('are said to be missing where a folder is not there at all'),
        walls('are said to be missing where nothing has been set up, and where there is no place for a file'),
      ],
      positive: [walls('all stand, each with its name and what was seen')],
    },
  ),
  built(
    'cage.refusal',
    'Generated code is refused where a wall is missing or was not tried, without a way round. (Curated learners run without a cage where none can be had, with a warning.)',
    ['src/edges/sandbox/walls.ts#requireEveryWall', 'src/edges/sandbox/bubblewrap.ts#openBubblewrap'],
    {
      attack: [
        ...sbx.failClosed.held(87, 88),
        walls('finds "%s" missing: %s'),
        walls('stand for nothing where they were not tried: generated code is refused'),
        programRunner('is refused where a wall is missing, with the wall and what to do'),
      ],
      positive: [...sbx.failClosed.control(87, 88), walls('all stand, each with its name and what was seen')],
      failClosed: [noCage('doctor tells a program the same, and why generated code would be refused')],
    },
  ),
  built(
    'cage.mutation',
    'For each wall, attacks or the self-test turn red when only that wall is taken away.',
    ['tests/attacks/cases/mutations.ts#mutations'],
    {
      attack: [mutation('%s ends as the table says'), mutation('something turns red: an attack, or the self-test by which programs are refused')],
      positive: [mutation('the table takes every wall away that an attack names')],
    },
  ),
  built(
    'programs.output',
    'What a program leaves is taken by descriptor: plain files of a short list, never a link, never code, hashed as they are copied.',
    ['src/edges/sandbox/collect-output.ts#collectOutput', 'src/edges/sandbox/program-wire.ts#readProgramResult'],
    {
      attack: [...sbx.outputs.held(9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 23, 24, 25, 26, 27, 28)],
      positive: [...sbx.outputs.control(9, 10, 11, 12, 13, 25, 26, 27)],
    },
  ),
  built(
    'programs.score',
    'A program that tampers with measures, clocks, files or its supervisor changes no score; what it says of itself is kept apart.',
    ['src/edges/sandbox/program-runner.ts#openProgramRunner', 'src/stages/evaluation/measure-score.ts#measureScore'],
    {
      attack: [...sbx.evaluation.held(76, 77), tampering('changes no score when it %s')],
      positive: [...sbx.evaluation.control(76, 77), tampering('would change its score if it found the answers, so the search would count')],
    },
  ),
  operator('operator.kernel', 'The kernel is kept up to date; for hostile code of many tenants, a second kernel (gVisor, a virtual machine) stands around.'),
  operator('operator.host', 'Disk encryption, backups, accounts and physical access of the machine.'),

  // What comes out of the cage, and who measures.
  built(
    'wire.results',
    'Results are plain arrays, read whole within their bounds or refused; nothing is deserialised as code.',
    ['src/edges/sandbox/wire.ts#readFitResult', 'src/edges/sandbox/read-fitted.ts#readFitted'],
    {
      attack: [wire('has been changed anywhere: it is read whole or refused, and never breaks the reader'), wire('is refused with a frame %s')],
      positive: [wire('are read on this side as the results they stand for')],
      failClosed: [outcome('is unreadable when the job ended well and wrote nonsense')],
    },
  ),
  built(
    'evaluation.labels',
    'Labels of rows to be scored never enter the cage; we hold them and compute the score.',
    ['src/edges/sandbox/wire.ts#encodeJob', 'src/engine/fold-data.ts#makeJob'],
    {
      attack: [
        ...sbx.evaluation.held(78, 79),
        wire('has no place for the labels of rows to be scored'),
        cageKeeps('refuses a job whose parts disagree before anything is sent'),
        foldData('does not change when the labels of the rows to be scored do'),
        foldData('has no labels of the rows to be scored, and none of them among the rows to learn from'),
        otherJobs('finds nothing of a job that was, nor of one beside it, in any folder or in its own memory'),
      ],
      positive: [
        ...sbx.evaluation.control(78, 79),
        foldData('is all rows for a refit, without a holdout'),
        otherJobs('would find what it holds itself, so the search is one'),
      ],
      failClosed: [outcome('is unreadable when the job ended well and wrote nonsense')],
    },
  ),
  built(
    'evaluation.split',
    'We cut the split: equal rows and groups stay on one side, later rows are judged by earlier ones, the locked rows are opened once, and nothing is scored that learnt from them.',
    ['src/stages/evaluation/split-rows.ts#splitRows', 'src/engine/measure-model.ts#openMeasuredRows', 'src/domain/run.ts#checkOrder'],
    {
      attack: [
        split('keeps equal rows on one side'),
        split('keeps groups whole, and uses every row once'),
        split('tests on the last rows and lets only the past train, rows of one time together'),
        run('has no place for measuring once a model has learnt from the locked rows'),
      ],
      positive: [
        split('uses every row once: test and learn are all rows, and folds of five validate each learning row'),
        run('opens the locked rows once, after the model is built and before it is scored'),
      ],
    },
  ),
  built(
    'evaluation.alone',
    'The rooms that measure import no search, no sandbox and no language model, not even their types.',
    ['src/stages/evaluation/measure-score.ts#measureScore'],
    {
      attack: [architecture('would notice in %s: %s')],
      positive: [architecture('imports only along the table'), architecture('allows in %s: %s')],
    },
  ),
  built(
    'evaluation.intervals',
    'Every score has an interval that holds the truth as often as it says, and the baseline beside it.',
    ['src/stages/evaluation/measure-score.ts#measurePaired', 'src/stages/evaluation/decide-verdict.ts#decideVerdict'],
    {
      attack: [
        measured('a faultless answer on few rows does not claim certainty'),
        verdict('forbids the use, whatever the gain, of a kept leak, a file that answers otherwise and an overrun build'),
      ],
      positive: [
        measured('the interval holds the true accuracy in about 95 of 100 samples'),
        verdict('is worth using when the whole interval of the gain is above nothing'),
      ],
    },
  ),
  built('evaluation.leaks', 'Columns that know the answer are found, left out or told of.', ['src/stages/intake/find-leaks.ts#findLeaks'], {
    attack: [
      intake('is a column that gives a number again, rescaled, bent or rounded, and no honest one'),
      intake('is a column that names the class in other words, and no honest one'),
      intake('is a column that is filled where the answer is yes'),
    ],
    positive: [intake('is none of the strong columns of honest tables')],
    failClosed: [planCommand('says of a leak that was put back by hand that it is kept, and not to use the model')],
  }),
  planned('evaluation.canaries', 'Impossible rows with labels by chance: who gets them right has seen labels.'),
  planned('evaluation.shuffled-twin', 'The same code on shuffled labels must score by chance.'),

  // Packages: a model is data, signed.
  built('package.signature', 'A package whose bytes are not as a trusted key signed them is not opened.', ['src/model/verify-package.ts#verifyPackage'], {
    attack: [
      verifying('refuses every changed byte of the manifest'),
      verifying('refuses a changed, cut or foreign signature'),
      verifying('refuses a package that someone else signed, and says whose key it is'),
      verifying('refuses a file that was not signed'),
    ],
    positive: [verifying('accepts one that is whole and signed by a trusted key, and names it by the hash of its manifest')],
    failClosed: [
      opening('loads nothing of a package that is not as it was signed'),
      verifying('refuses a newer format of the manifest or the contract by a code of its own'),
    ],
  }),
  built(
    'package.graph',
    'A graph is judged byte by byte before native code loads it: no external data, no foreign operator, bounded.',
    ['src/edges/onnx/check-graph.ts#checkGraph'],
    {
      attack: [...sbx.outputs.held(29, 30), graph('refuses %s'), graph('never answers strange bytes with anything but a refusal')],
      positive: [...sbx.outputs.control(29, 30), graph('accepts what the writer writes')],
      failClosed: [opening('loads nothing of a package that is not as it was signed')],
    },
  ),
  built(
    'package.folder',
    'A folder is read as plain files of bounded size: no link, pipe or device, nothing enormous.',
    ['src/edges/store/package-folder.ts#readPackage'],
    {
      attack: [
        folder('refuses a folder with %s'),
        folder('refuses at once a file that claims to be enormous'),
        folder('does not write through a link or over a file of the user'),
      ],
      positive: [folder('reads a package as it was written, from files that only the owner reads')],
      failClosed: [folder('refuses what is missing, a file, or a link to a package')],
    },
  ),
  built(
    'package.expressions',
    'Features are trees of an allow-list, checked again when a package is opened; they are never code.',
    ['src/features/check-expression.ts#recheckExpression'],
    {
      attack: [expression('is refused with %s'), opening('refuses features that read a column otherwise than the contract promises')],
      positive: [expression('is accepted when it is as it was checked, and cannot be changed after')],
      failClosed: [expression('nor a part with a field that the list does not know, or with none that is needed')],
    },
  ),
  built('package.equality', 'The packaged file is proved to answer as the trainers did.', ['src/stages/packaging/check-equality.ts#checkEquality'], {
    attack: [
      equality('notices a threshold that is one step of float32 off'),
      equality('notices other weights in the packaged graph than those that were chosen'),
      equality('notices another calibration in the packaged graph'),
    ],
    positive: [equality('judges a number on the standardised target, however large its unit')],
    failClosed: [verdict('forbids the use, whatever the gain, of a kept leak, a file that answers otherwise and an overrun build')],
  }),
  built(
    'package.loader-cage',
    'A graph that this home did not sign is loaded and run in a caged process of its own.',
    ['src/edges/onnx/guest-runtime.ts#openGuestRuntime', 'src/engine/answer.ts#runtimeFor'],
    {
      attack: [
        othersPackages('answers with the package of another trusted signer as that signer would, and loads no native code of models into this process'),
        guestRuntime('tells of a guest that is killed by MW1409, also those who ask later'),
        guestRuntime('is ended when its answers do not fit the rows'),
      ],
      positive: [
        othersPackages('answers with the package of another trusted signer as that signer would, and loads no native code of models into this process'),
      ],
      failClosed: [guestRuntime('is ended when it sends %s')],
    },
  ),
  planned('package.encryption', 'Packages are encrypted at rest, with a key a project.'),
  planned('package.lineage', 'A model made from another names it; revoking one flags all that descend from it.'),

  // Files of strangers.
  built(
    'tables.reading',
    'A file is a table or is refused with a reason, within its time and memory, by a process that may die.',
    ['src/edges/tables/scan-file.ts#scanFile', 'src/edges/sandbox/open-guests.ts#openGuests'],
    {
      attack: [
        fuzz('is a table or is refused with a reason, in ${tableCount} files from seed ${fuzzSeed}'),
        oddFiles('is refused where it is %s'),
        oddFiles('that %s while it is read is refused'),
        guestKeeps('holds a guest to its memory'),
      ],
      positive: [oddFiles('$name comes out as it should')],
      failClosed: [tables('that dies is an error for what was asked of it, and the next file starts a new one'), tables('that speaks nonsense is ended: %s')],
    },
  ),
  built(
    'tables.locked',
    'DuckDB reaches no file and loads no extension once the table is read, and its settings are locked.',
    ['src/edges/tables/load-table.ts#lockDown'],
    {
      attack: [locked('reads no other file, writes none, loads no extension and keeps its settings')],
      positive: [locked('would read a file before it is locked')],
    },
  ),
  built(
    'tables.cage',
    'The reader of strangers’ files runs in a cage, a process a file.',
    ['src/edges/sandbox/caged-guest.ts#startCagedGuest', 'src/edges/tables/tables.ts#openTables'],
    {
      attack: [
        ...sbx.uploads.held(31),
        guestAttacks('gets no socket, so nothing arrives'),
        guestAttacks('reads no other file, by its path, by another descriptor or by another process'),
        guestAttacks('does not see the file of a guest beside it'),
        guestAttacks('writes nothing but in its folder, its own file least of all'),
        guestAttacks('starts no program and no process'),
        guestKeeps('ends a guest that takes more of the disk than it may: %s'),
        guestKeeps('ends with its parent, also when that is killed'),
        guestKeeps('leaves no process, folder or control group'),
      ],
      positive: [
        ...sbx.uploads.control(31),
        guestAttacks('reads its file again and again, by a name that tells nothing'),
        readersKeep('reads CSV, JSON, either gzipped, and the Parquet that it wrote, as the same table'),
      ],
      failClosed: [guestKeeps('ends a guest that speaks nonsense: %s'), readersKeep('refuses a file that somebody writes to while it is read')],
    },
  ),
  built(
    'text.report',
    'The report takes every text of a stranger as text, holds no script and forbids one.',
    ['src/stages/packaging/report-html.ts#escape', 'src/stages/packaging/render-report.ts#renderReport'],
    {
      attack: [report('takes every text of a stranger as text: columns, classes, the sentence, paths, notes')],
      positive: [report('holds no script, no link and nothing from elsewhere, and forbids them')],
    },
  ),
  built(
    'text.personal',
    'A package names no value of fewer than five rows and nothing of a personal column.',
    ['src/stages/packaging/contract.ts#makeContract'],
    {
      attack: [contract('names no value that fewer than five rows have'), contract('says of a personal column neither values nor extremes')],
      positive: [contract('can be read back')],
      failClosed: [contract('names no values where it does not know them all')],
    },
  ),
  planned('text.canary-scan', 'Model files and reports are searched for cells of the table before they leave.'),

  // The plan, and who decides.
  built('plan.approval', 'Nothing is trained before the plan is approved.', ['src/engine/plan.ts#makePlan'], {
    attack: [planCommand('does not approve a plan by %s, and nothing is trained'), brokenInputs('refuses a plan that nobody approved, after showing it')],
    positive: [planCommand('approves a plan with Enter')],
    failClosed: [planCommand('ends the question with %s and is told how to go on')],
  }),
  built('plan.check', 'A plan made elsewhere is checked against the table before it is carried out.', ['src/stages/planning/check-plan.ts#checkPlan'], {
    attack: [
      planCommand('refuses a plan with %s'),
      planCommand('refuses a target made from columns %s'),
      planCommand('refuses the same file where it has changed since'),
    ],
    positive: [planCommand('carries the plan out, and takes the file for its approval')],
    failClosed: [planCommand('refuses a file of %s, and names the place')],
  }),
  built(
    'language-model.none',
    'No language model is asked: nothing of it opens a connection, and no text is run as code.',
    ['src/stages/planning/read-sentence.ts#readSentence'],
    {
      attack: [threats('would notice a connection, wherever it is opened')],
      positive: [threats('opens no connection outside its doors, so that no language model is asked'), architecture('keeps every power in its one home')],
    },
  ),
  planned('language-model.context', 'A language model is shown names and aggregates only, never cells.'),
  planned('language-model.injection', 'What a table or a sentence says cannot change target, metric, split or checks, whatever the model answers.'),
  planned('language-model.provider', 'Providers are named, pinned, bounded and answered for by a fallback.'),
  planned('language-model.trace', 'Every prompt, answer and cost is traced and can be replayed.'),
  built(
    'powers',
    'Each power (process, connection, disk, clock, chance) has one home in the code, and no text is run as code.',
    ['src/engine/open-engine.ts#openEngine'],
    {
      attack: [architecture('would notice in %s: %s')],
      positive: [architecture('keeps every power in its one home'), architecture('allows in %s: %s')],
    },
  ),
  planned('tools.typed', 'Tools of an agent are a signed list, typed, scoped and budgeted.'),

  // The home and its log.
  built(
    'home.closed',
    'Home, keys and models are closed to others, and closed again where they were not.',
    ['src/edges/store/home.ts#openHome', 'src/edges/store/keys.ts#openKeys'],
    {
      attack: [
        home('closes a home that others could look into, and says so'),
        keys('closes a key file that others could read, and says so'),
        keys('notices a trusted key that was exchanged behind its name'),
      ],
      positive: [home('makes a home that only its owner can look into'), keys('makes one signing key, which only the owner can read, and keeps it')],
      failClosed: [keys('says what is wrong with a key file it cannot use, and never replaces it')],
    },
  ),
  built(
    'log.durable',
    'What happened is on disk before the next step; a damaged or unknown event is refused by name.',
    ['src/edges/store/sqlite-event-log.ts#openSqliteEventLog', 'src/domain/event.ts#parseRunEvent'],
    {
      attack: [
        eventLog('keeps every confirmed event when its process is killed at any moment'),
        eventLog('says which file is damaged when pages inside the database were overwritten'),
      ],
      positive: [eventLog('still has its events in a later process')],
      failClosed: [run('is refused where an event has a field that nobody knows, or lacks one')],
    },
  ),
  built(
    'log.replay',
    'A run by the clock is repeated from its record and comes to the same scores: the same fits give the same model, bit for bit.',
    ['src/domain/run.ts#stateOf', 'src/engine/replay.ts#replayRun'],
    {
      attack: [
        kills('ends as an undisturbed build does, killed once at every kind of event'),
        oneHome('refuses to resume with a data file that has changed, and goes on when it is as it was'),
        replay('comes to the same by two fits at a time, but for what was changed in its log, and that it names'),
      ],
      positive: [
        kills('does the same twice when it repeats a recorded list of fits'),
        replay('comes to the same, to 1e-9, by one fit at a time, and leaves nothing behind'),
      ],
      failClosed: [
        replay('a run of a version that did not keep enough is refused with a reason'),
        oneHome('refuses to resume a run that is being worked on, or that is finished'),
      ],
    },
  ),
  planned('log.chain', 'The log is a chain of hashes, signed, with an anchor outside.'),
  planned('log.inputs', 'Every table that is learnt from leaves source, hash, findings and decision in that log.'),

  // The register itself.
  built(
    'register.evidence',
    'Statuses and scores are computed from signed test evidence; a test that was skipped, failed or is old raises the score.',
    ['src/domain/threat.ts#judgeRegister', 'src/domain/aivss.ts#scoreAivss'],
    {
      attack: [
        register('loses credit by every test that is skipped, stale, missing or failed, and never gains by it'),
        threats('refuses evidence that was changed by one byte'),
        threats('counts nothing that a stranger signed'),
      ],
      positive: [
        aivss('of v0.8 come out exactly: %s'),
        aivss('of v0.5 come out exactly: %d and %d give %d'),
        cvss('is what the reference gives for every one of the 104,976 vectors'),
      ],
      failClosed: [register('without evidence holds every threat for unproven, and mitigates nothing')],
    },
  ),

  // Not built yet.
  planned('access.identity', 'Callers have identities, roles, scopes and keys that end.'),
  planned('access.tenants', 'Projects see nothing of each other: data, models, prompts, logs, backups.'),
  planned('access.serving', 'Serving asks for a key, bounds bodies and rates, and writes down who asked.'),
  planned('access.budget', 'Each project has a queue, a budget and a ledger of cost.'),
  planned('theft.budget', 'Queries have budgets, answers are rounded, and patterns of theft are noticed.'),
  planned('data.poisoning', 'Poisoned, mislabelled and repeated rows are looked for and set aside; models with and without them are compared.'),
  planned('data.erasure', 'Data is encrypted by project, kept for a time and erased with proof.'),
  planned('monitoring.drift', 'Drift is measured by window, with and without labels, with the power of the measure told; a silent monitor is an alarm.'),
  planned('improvement.gate', 'A challenger replaces the champion only when it is better on frozen trusted rows by more than chance, and can be rolled back.'),
  built(
    'explanations.importance',
    'What moves the answers is asked of the packaged file by us, and not told by what was trained.',
    ['src/model/importance.ts#measureImportance'],
    {
      attack: [],
      positive: [opening('puts the column first that the answers hang on, and gives none to one that is not read')],
    },
  ),
  planned('explanations.checked', 'Explanations are tried for stability and sums, and words about them are held to those facts.'),
  planned('compliance.exports', 'Evidence is exported by the articles of SOC 2, ISO 27001, ISO 42001 and the AI Act.'),
  planned('deployment.posture', 'A signed page says of an installation what is on, off and missing.'),
  planned('agents.messages', 'Agents speak in typed messages with budgets, breakers and fallbacks.'),
  planned('agents.protocols', 'MCP, A2A and webhooks check audience, pin descriptions and refuse replays.'),
];
