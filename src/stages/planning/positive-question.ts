import type { PlanQuestion } from '../../domain/build-watcher.ts';
import { ModelwrightError } from '../../domain/error.ts';
import type { Plan } from '../../domain/plan.ts';
import { shellQuoted } from './shell-quoted.ts';

/** Below this the class that is looked for was only guessed. */
const GUESSED = 0.5;

/** A guess that changes what the model is made for; the ranking of two classes is the same from both ends. */
export const isPositiveOpen = ({ decisions, metric, costs }: Plan): boolean =>
  decisions.some(({ what, certainty }) => what === 'positive' && certainty < GUESSED) && (metric === 'average_precision' || metric === 'f1' || costs !== null);

/** The likelier class first: it is taken where a person types nothing. */
const choicesOf = ({ target, classes }: Plan) => classes.toReversed().map((name) => ({ value: name, label: name, detail: `a ${target} of ${name}` }));

export const positiveQuestion = (plan: Plan): PlanQuestion => ({
  what: 'positive',
  text: `Which of the two classes of "${plan.target}" is looked for?`,
  choices: choicesOf(plan),
  isOpen: false,
});

/** For where nobody answers. */
export const positiveRefusal = (plan: Plan): ModelwrightError =>
  new ModelwrightError({
    code: 'MW1218',
    message: `Which of the two classes of "${plan.target}" is looked for is only a guess, and ${plan.metric}${plan.costs === null ? '' : ' and what errors cost'} depends on it.`,
    hint: `Name it with --positive; --yes takes "${plan.classes[1]}".`,
    place: { column: plan.target },
    choices: choicesOf(plan).map(({ value, label, detail }) => ({ label, detail, option: `--positive ${shellQuoted(value)}` })),
  });
