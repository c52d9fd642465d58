/**
 * Candidates beyond the curated ones: settings drawn from search spaces that were published with the results they gave (TabArena 2026 and TabRepo's
 * portfolios of AutoGluon, "Better by Default" by Holzmüller 2024), the family by what it has done for the ensemble a second.
 */
import type { Candidate } from '../../domain/candidate.ts';
import type { Learner } from '../../domain/learner.ts';
import type { CandidateState } from '../../domain/run.ts';
import { seededRandom, type Random } from '../../domain/random.ts';
import { expectedFitMs, type SeenFit } from './cost-model.ts';
import { isForNetworks, makersFor, roundsOfManyClasses, type Draft } from './portfolio.ts';
import { hasManyClassesIn } from './portfolio-order.ts';
import type { DataShape } from './shape.ts';

type Draw = (random: Random, shape: DataShape) => Draft;

const uniform = (random: Random, low: number, high: number) => rounded(low + random.next() * (high - low));
const logUniform = (random: Random, low: number, high: number) => rounded(Math.exp(Math.log(low) + random.next() * Math.log(high / low)));
const wholeLog = (random: Random, low: number, high: number) => Math.round(logUniform(random, low, high));
const oneOf = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)];
/** Three digits are all that a person wants to read of a drawn setting. */
const rounded = (value: number) => Number(value.toPrecision(3));

/** Slow learning wants time: at 60 s rates are drawn around 0.08, at an hour around 0.02. */
function learningRate(random: Random, { budgetMs }: DataShape): number {
  const middle = budgetMs <= 60_000 ? 0.08 : budgetMs <= 600_000 ? 0.04 : 0.02;
  return logUniform(random, middle / 2, middle * 2);
}

/** Room for a slow learner: so many rounds that the rates add up to what the curated ones have. */
const roundsFor = (rate: number) => Math.round(Math.min(5_000, Math.max(400, 70 / rate)));
const patienceFor = (rate: number) => Math.round(Math.min(200, Math.max(30, 3 / rate)));

const draws: Partial<Record<Learner, Draw>> = {
  lightgbm(random, shape) {
    const rate = learningRate(random, shape);
    const settings = {
      learning_rate: rate,
      num_leaves: wholeLog(random, 4, shape.fitRows < 2_000 ? 32 : 200),
      min_data_in_leaf: wholeLog(random, 2, 60),
      feature_fraction: uniform(random, 0.4, 1),
      bagging_fraction: uniform(random, 0.7, 1),
      lambda_l1: logUniform(random, 0.01, 1),
      lambda_l2: logUniform(random, 0.1, 5),
      extra_trees: oneOf(random, [true, false]),
    };
    const kind = settings.extra_trees ? 'random thresholds' : 'best thresholds';
    return makersFor(shape).lightgbm(
      `${settings.num_leaves} leaves, ${kind}, learning rate ${rate}`,
      hasManyClassesIn(shape) ? { ...settings, learning_rate: 0.2 } : settings,
      hasManyClassesIn(shape) ? roundsOfManyClasses(shape) : roundsFor(rate),
      patienceFor(rate),
    );
  },
  catboost(random, shape) {
    const rate = hasManyClassesIn(shape) ? 0.25 : learningRate(random, shape);
    const settings = {
      learning_rate: rate,
      depth: oneOf(random, [4, 5, 6, 7, 8]),
      l2_leaf_reg: logUniform(random, 1, 8),
      random_strength: logUniform(random, 0.3, 4),
      rsm: uniform(random, 0.5, 1),
    };
    return makersFor(shape).catboost(`depth ${settings.depth}, learning rate ${rate}`, settings, roundsFor(rate), patienceFor(rate));
  },
  xgboost(random, shape) {
    const rate = hasManyClassesIn(shape) ? 0.25 : learningRate(random, shape);
    const sampled = {
      learning_rate: rate,
      min_child_weight: logUniform(random, 0.01, 5),
      subsample: uniform(random, 0.6, 1),
      colsample_bylevel: uniform(random, 0.6, 1),
      colsample_bynode: uniform(random, 0.6, 1),
      reg_alpha: logUniform(random, 0.001, 1),
      reg_lambda: logUniform(random, 0.05, 5),
    };
    const isByLevel = oneOf(random, [true, false]);
    const depth = oneOf(random, [4, 5, 6, 7, 8, 9]);
    const leaves = wholeLog(random, 8, shape.fitRows < 2_000 ? 32 : 128);
    const settings = isByLevel ? { ...sampled, max_depth: depth } : { ...sampled, grow_policy: 'lossguide', max_depth: 0, max_leaves: leaves };
    return makersFor(shape).xgboost(
      `${isByLevel ? `depth ${depth}` : `${leaves} leaves`}, learning rate ${rate}`,
      settings,
      hasManyClassesIn(shape) ? roundsOfManyClasses(shape) : roundsFor(rate),
      patienceFor(rate),
    );
  },
  extra_trees(random, shape) {
    const settings = { max_features: oneOf(random, ['sqrt', 0.5, 0.75, 1] as const), min_samples_leaf: wholeLog(random, 1, 20) };
    const columns = settings.max_features === 'sqrt' ? 'few columns' : `${Math.round(settings.max_features * 100)} % of the columns`;
    return makersFor(shape).forest(`Extra trees, ${columns} a split, ${settings.min_samples_leaf} rows a leaf`, settings);
  },
  network(random, shape) {
    const settings = {
      width: oneOf(random, [64, 128, 192, 256]),
      layers: oneOf(random, [1, 2, 3, 4]),
      pieces: oneOf(random, [8, 16, 24, 48]),
      learning_rate: logUniform(random, 0.0015, 0.006),
      weight_decay: logUniform(random, 0.02, 0.5),
    };
    const depth = settings.layers === 1 ? '1 layer' : `${settings.layers} layers`;
    return makersFor(shape).network(`Neural network, ${depth} of ${settings.width}, ${settings.pieces} pieces a column`, settings);
  },
};

/** What a family is credited with before it has shown anything, as a share of the ensemble's loss: about what a third candidate of a kind gives. */
const HOPED_GAIN = 0.002;
/** The last candidates of a family say what its next one will do: gains shrink as an ensemble grows. */
const RECENT = 3;
/** Every so many draws the family that was tried least has its turn: what it could do is not known otherwise. */
const TURN = 6;

/**
 * The next candidate beyond the curated ones, or null where nothing can be drawn in the time left. `leftMs`: time for its folds, one after the other on
 * each thread. `number`: of the candidate, among all. The same candidates known and the same shape draw the same.
 */
export function drawCandidate(
  candidates: ReadonlyMap<string, CandidateState>,
  shape: DataShape,
  options: { number: number; seen: SeenFit[]; leftMs: number; threads: number },
): Candidate | null {
  const { number } = options;
  const states = [...candidates.values()];
  const offers = (Object.entries(draws) as [Learner, Draw][]).flatMap(([learner, draw]) => {
    const own = states.filter(({ candidate }) => candidate.learner === learner);
    if (learner === 'network' && !isForNetworks(shape)) return [];
    // A family that never came to an end is out of reach.
    if (own.length > 0 && own.every(({ evaluation }) => evaluation === null)) return [];
    const settled = draw(seededRandom(number * 8191 + own.length * 17 + 3), shape);
    // Every second tree learner that is drawn reads the generated columns too, where there are any.
    const isWider = shape.generatedColumns > 0 && settled.columns === 'tree' && number % 2 === 0;
    const drawn: Candidate = { id: `c${number}`, ...settled, ...(isWider && { columns: 'generated', title: `${settled.title}, generated features` }) };
    const waves = Math.ceil(shape.foldCount / options.threads);
    const needsMs = expectedFitMs(drawn, shape, options.seen) * waves;
    if (needsMs > options.leftMs) return [];
    const gains = own.flatMap(({ evaluation }) => (evaluation?.gain === undefined ? [] : [evaluation.gain])).slice(-RECENT);
    const expected = (HOPED_GAIN + gains.reduce((sum, gain) => sum + gain, 0)) / (1 + gains.length);
    return [{ drawn, tried: own.length, gainASecond: expected / needsMs }];
  });
  if (offers.length === 0) return null;
  const isTurn = number % TURN === 0;
  return offers.reduce((best, offer) => ((isTurn ? offer.tried < best.tried : offer.gainASecond > best.gainASecond) ? offer : best)).drawn;
}
