/**
 * Test evidence on disk: two lines of JSON. The first is what was found, the second is who signed it; the signature is over the exact bytes of the
 * first.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { EVIDENCE_FORMAT, TestEvidence } from '../../domain/evidence.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { isSignedBy, parsePublicKey, type Signer } from './keys.ts';
import { storageError } from './storage-error.ts';

const MAX_BYTES = 16 << 20;

const SignatureLine = z.strictObject({ publicKey: z.string().max(200), signature: z.base64().max(200) });

/** `sha256` is that of the signed bytes. Whether `publicKey` is trusted is another question. */
export type SignedEvidence = { evidence: TestEvidence; sha256: string; publicKey: string; fingerprint: string };

/** Undefined where there is no such file. Throws MW1430 for what is no evidence, MW1431 for what is not as it was signed. */
export async function readEvidence(path: string): Promise<SignedEvidence | undefined> {
  const lines = (await readBounded(path))?.toString('utf8').split('\n');
  if (lines === undefined) return undefined;
  const signed = lines.length === 3 && lines[2] === '' ? SignatureLine.safeParse(parseJson(lines[1])) : undefined;
  const key = signed?.success ? parsePublicKey(signed.data.publicKey) : undefined;
  if (!signed?.success || !key) throw unreadable(path, 'it does not end with a signature');
  const statement = Buffer.from(lines[0], 'utf8');
  if (!isSignedBy(key.publicKey, statement, Buffer.from(signed.data.signature, 'base64'))) {
    throw new ModelwrightError({
      code: 'MW1431',
      message: `${path} is not as it was signed.`,
      hint: 'Do not count on it. Make it anew: npm test, in a clone.',
      place: { file: path },
    });
  }
  const stored = parseJson(lines[0]);
  const format = z.looseObject({ format: z.int() }).safeParse(stored);
  if (format.success && format.data.format > EVIDENCE_FORMAT) throw unreadable(path, `its format ${format.data.format} is newer than this Modelwright`);
  const parsed = TestEvidence.safeParse(stored);
  if (!parsed.success) throw unreadable(path, 'it is not what a run of tests writes', parsed.error);
  return { evidence: parsed.data, sha256: createHash('sha256').update(statement).digest('hex'), ...key };
}

/** Whole or not at all; the folder is made where it is missing. */
export async function writeEvidence(path: string, evidence: TestEvidence, signer: Signer): Promise<void> {
  const statement = Buffer.from(canonicalJson(TestEvidence.parse(evidence)), 'utf8');
  const signature = { publicKey: signer.publicKey, signature: Buffer.from(signer.sign(statement)).toString('base64') };
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, [statement, Buffer.from(`\n${JSON.stringify(signature)}\n`)], dirname(path));
}

async function readBounded(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > MAX_BYTES) throw unreadable(path, 'it is no plain file, or far too large');
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw storageError(cause, path);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = (path: string, problem: string, cause?: unknown): ModelwrightError =>
  new ModelwrightError({
    code: 'MW1430',
    message: `${path} is no test evidence that can be read: ${problem}.`,
    hint: 'Name a file that a run of the tests wrote. Without one every threat is shown as unproven.',
    place: { file: path },
    cause,
  });
