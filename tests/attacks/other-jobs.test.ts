import { expect, it } from 'vitest';
import { attackFamily } from './arena.ts';
import { attemptsOf, FEATURE_CANARY, probeJob, probeLimits } from './probe-harness.ts';

const secret = ['first-half-of-a-secret-', 'and-the-second-half'] as const;
const label = 0.7312845561230987;
const labelWords = new Uint32Array(Float64Array.of(label).buffer);
const featureWords = new Uint16Array(Float32Array.of(FEATURE_CANARY).buffer);
const look = {
  do: 'other-jobs',
  first: secret[0],
  second: secret[1],
  low: labelWords[0],
  high: labelWords[1],
  'feature-low': featureWords[0],
  'feature-high': featureWords[1],
};
const hold = { do: 'hold-secret', secret: secret.join('') };

attackFamily('a job that wants what other jobs were given', (arena) => {
  it('finds nothing of a job that was, nor of one beside it, in any folder or in its own memory', async () => {
    const before = arena.worker.execute(probeJob(hold, label), probeLimits);
    before.stop();
    expect(await before.outcome).toMatchObject({ kind: 'finished' });
    const beside = arena.worker.execute(probeJob(hold, label), { ...probeLimits, wallMs: 20_000 });
    const attempts = await arena.worker.execute(probeJob(look), { ...probeLimits, wallMs: 20_000 }).outcome.then(attemptsOf);
    beside.stop();
    expect(await beside.outcome).toMatchObject({ kind: 'finished' });
    expect(attempts).toMatchObject({
      folders: 'refused EACCES',
      'secret-file-1': expect.stringMatching(/^refused (EACCES|ENOENT)$/),
      'secret-file-2': 'refused EACCES',
      'memory-secret': 'done 0',
      'memory-label': 'done 0',
      'signal-worker': 'refused EPERM',
      'signal-sibling': 'refused EPERM',
      'limits-of-worker': 'refused EPERM',
      lock: 'refused EPERM',
      'matrix-is-writable': 'done False',
    });
    // The same search does find the feature that every job of the run may read.
    expect(Number(attempts['memory-feature'].slice('done '.length))).toBeGreaterThan(0);
  });

  it('would find what it holds itself, so the search is one', async () => {
    const attempts = attemptsOf(
      await arena.worker.execute(probeJob({ ...look, unrelated: secret.join('') }, label), { ...probeLimits, wallMs: 20_000 }).outcome,
    );
    expect(Number(attempts['memory-secret'].slice('done '.length))).toBeGreaterThan(0);
    expect(Number(attempts['memory-label'].slice('done '.length))).toBeGreaterThan(0);
  });
});
