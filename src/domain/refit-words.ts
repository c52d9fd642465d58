import type { RefitAbandonReason } from './event.ts';

/** Why the model that was measured ships although it was to be trained once more on all rows; follows on "because". */
export const refitAbandonWords: Record<RefitAbandonReason, string> = {
  'nothing-locked': 'no rows were locked away: it has learnt from all of them already',
  'no-time': 'there was not enough time left to train it once more on all rows',
  stopped: 'you stopped the run before it was trained once more on all rows',
  'fit-failed': 'training it once more on all rows failed',
  'too-costly': 'trained on all rows it would answer more slowly, or weigh more, than the plan allows',
  'not-equal': 'trained on all rows its file did not answer as the trainers did',
};
