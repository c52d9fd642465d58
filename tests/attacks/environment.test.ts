import { afterAll, beforeAll, expect, it } from 'vitest';
import { attackFamily } from './arena.ts';

attackFamily('a job that wants the secrets of its surroundings', (arena) => {
  beforeAll(() => {
    process.env['MODELWRIGHT_CANARY'] = 'a secret';
  });
  afterAll(() => {
    delete process.env['MODELWRIGHT_CANARY'];
  });

  it('finds a short list of variables, its own four descriptors, and no other process', async () => {
    const attempts = await arena.attempts({ do: 'environment' });
    expect(attempts['variables']).toBe(
      'done HOME JOBLIB_MULTIPROCESSING LANG OMP_NUM_THREADS OMP_WAIT_POLICY OPENBLAS_NUM_THREADS PATH PWD PYTHONDONTWRITEBYTECODE PYTHONHASHSEED TMPDIR TZ',
    );
    expect(attempts['canary-variable']).toBe('done absent');
    expect(attempts['descriptors']).toBe('done [0, 1, 2, 3, 4]');
    const opened = Object.entries(attempts).filter(([name, answer]) => name.startsWith('proc-') && !/^refused (EACCES|EPERM|ENOENT)$/.test(answer));
    expect(opened).toEqual([]);
    expect(attempts['kernel-setting']).toMatch(/^refused (EACCES|EPERM|EROFS)$/);
  });

  it('has no privilege and two filters in force', async () => {
    const { status } = await arena.attempts({ do: 'environment' });
    expect(status).toMatch(/Uid:\s+65534\s.*CapEff:\s+0000000000000000.*NoNewPrivs:\s+1.*Seccomp:\s+2/);
  });

  it('would find them where only the name spaces hold it', async () => {
    const controls = await arena.controls({ do: 'environment' });
    expect(controls['canary-variable']).toBe('done seen');
    expect(controls['proc-1-environ']).toContain('MODELWRIGHT_CANARY=seen');
    expect(controls['proc-1-cmdline']).toContain('worker.py');
    expect(controls['proc-self-mountinfo']).toMatch(/^done/);
  });
});
