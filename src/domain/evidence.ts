/**
 * What a run of tests found, as a signed file: which tests, when, how they ended, on which build. The only thing that lowers a threat's score.
 */
import { z } from 'zod';

export const EVIDENCE_FORMAT = 1;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Path = z.string().min(1).max(300);

/** `sources`: the digest of every file that the build is made from, so that a changed line makes another build. */
export const Build = z.strictObject({
  version: z.string().max(50),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  sources: Sha256,
});
export type Build = z.infer<typeof Build>;

export const TestResult = z.enum(['passed', 'failed', 'skipped']);
export type TestResult = z.infer<typeof TestResult>;

/** `title` without the groups around it, its placeholders filled in. */
export const RanTest = z.strictObject({ file: Path, title: z.string().max(2000), result: TestResult, at: z.iso.datetime() });
export type RanTest = z.infer<typeof RanTest>;

export const TestEvidence = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  build: Build,
  machine: z.strictObject({ platform: z.string().max(50), architecture: z.string().max(50), node: z.string().max(50), isRoot: z.boolean() }),
  finishedAt: z.iso.datetime(),
  tests: z.array(RanTest).max(50_000),
});
export type TestEvidence = z.infer<typeof TestEvidence>;

/**
 * A test as a record names it: its file, and its title as it stands there, placeholders and all. `writtenIn`: the file of a contract that it is part of;
 * `writtenAs`: what stands there for it, where that is not the title.
 */
export const TestName = z.strictObject({
  file: Path,
  title: z.string().min(1).max(500),
  writtenIn: Path.optional(),
  writtenAs: z.string().min(1).max(200).optional(),
});
export type TestName = z.infer<typeof TestName>;

/** Which titles of a run a title as it is written stands for: `%s`, `$name` and `${…}` are filled in by then. */
export function titlePattern(title: string): RegExp {
  const parts = title.split(/%[sdifjoO#]|\$\{[^}]*\}|\$[A-Za-z_][\w.]*/);
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}$`, 's');
}
