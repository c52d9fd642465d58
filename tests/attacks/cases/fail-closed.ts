/** Where something is missing or wrong on our own side: SBX-87 and SBX-88. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { openBubblewrap } from '../../../src/edges/sandbox/bubblewrap.ts';
import { collectOutput } from '../../../src/edges/sandbox/collect-output.ts';
import type { ProgramJob } from '../../../src/edges/sandbox/sandbox.ts';
import { honestModel, programJob, programLimits, runProgram } from '../programs.ts';
import type { AttackCase } from './case.ts';
import { missingOnes } from './mutations.ts';

export const failClosedCases: AttackCase[] = [
  {
    id: 'SBX-87',
    name: 'missing-wall',
    tries: 'runs generated code where a wall is missing',
    walls: [],
    async attack({ harness }) {
      for (const { wall, parts, files } of missingOnes(harness)) {
        const broken = { ...harness, environment: { ...harness.environment, ...files } };
        await expect(openBubblewrap(broken, [], parts).openPrograms(), wall).rejects.toMatchObject({
          code: 'MW3023',
          message: expect.stringContaining('is not run here'),
        });
      }
    },
    control: {
      does: 'behind all walls the same program runs',
      run: async ({ harness }) => {
        const runner = await openBubblewrap(harness, []).openPrograms();
        expect((await runProgram(runner, honestModel)).kind).toBe('finished');
        await runner.close();
      },
    },
  },
  {
    id: 'SBX-88',
    name: 'policy-empty',
    tries: 'gives an empty list, null, an unknown key or a wrong type where the policy asks for something',
    walls: [],
    async attack({ runner, harness }) {
      const job = programJob(honestModel);
      const wrong = fc.oneof(fc.constant(null), fc.constant(undefined), fc.constant({}), fc.constant([]), fc.string(), fc.double(), fc.boolean());
      const key = fc.constantFrom(...Object.keys(job));
      fc.assert(
        fc.property(key, wrong, (name, value) => {
          const right = name === 'seed' ? Number.isInteger(value) : (name === 'id' || name === 'source') && typeof value === 'string' && value.length > 0;
          fc.pre(!right);
          expect(() => runner.run({ ...job, [name]: value } as ProgramJob, programLimits)).toThrow(/[Ii]nvalid|[Tt]oo|must|expected/);
        }),
        {
          numRuns: 300,
          examples: [
            ['train', null],
            ['score', {}],
          ],
        },
      );
      fc.assert(
        fc.property(fc.string({ minLength: 1 }), fc.anything(), (name, value) => {
          fc.pre(!(name in job) && name !== '__proto__');
          expect(() => runner.run({ ...job, [name]: value } as ProgramJob, programLimits)).toThrow(/[Uu]nrecognized key/);
        }),
        { numRuns: 200 },
      );
      fc.assert(
        fc.property(
          fc.constantFrom('wallMs', 'memoryBytes'),
          fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, '1'),
          (name, value) => {
            expect(() => runner.run(job, { ...programLimits, [name]: value } as never)).toThrow('limit');
          },
        ),
      );
      // An empty list of what may be left means nothing.
      expect(() => collectOutput(harness.environment.harness, new Map())).toThrow('is not a file that a program may leave');
      expect(collectOutput(harness.scratchDirectory, new Map()).size).toBe(0);
    },
    control: { does: 'a valid job with valid limits runs', run: async ({ run }) => expect((await run(honestModel)).kind).toBe('finished') },
  },
];
