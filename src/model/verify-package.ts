import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { ErrorCode } from '../domain/error-codes.ts';
import { ModelwrightError } from '../domain/error.ts';
import { Contract, CONTRACT_FORMAT, Manifest, MANIFEST_FORMAT, packageFiles } from '../domain/package.ts';
import { sha256 } from './hash.ts';

const MAX_DOCUMENT_BYTES = 64 << 20;

/** A package whose every byte is the one its trusted signer signed. `id` is the hash of the manifest. */
export type VerifiedPackage = { id: string; manifest: Manifest; contract: Contract };

/**
 * Checks a package before anything in it is used: format, signature, trust, then every file. Throws the first thing that is
 * wrong, each with a code of its own. `trustedKeys` are Ed25519 public keys (SPKI, base64).
 */
export function verifyPackage(files: ReadonlyMap<string, Uint8Array>, trustedKeys: readonly string[]): VerifiedPackage {
  const manifestBytes = files.get(packageFiles.manifest);
  if (!manifestBytes)
    throw problem('MW1401', `The folder has no ${packageFiles.manifest}.`, 'Name the folder of a package, or a model that `modelwright list` shows.');
  const manifest = readDocument(packageFiles.manifest, manifestBytes, Manifest, MANIFEST_FORMAT, 'MW1401');

  checkSignature(files, manifestBytes, manifest.publicKey);
  if (!trustedKeys.includes(manifest.publicKey)) {
    throw problem(
      'MW1407',
      `The package was signed by the key ${keyFingerprint(manifest.publicKey)}, which is not trusted here.`,
      `If you know the signer and have compared this fingerprint: modelwright trust ${manifest.publicKey}`,
      packageFiles.publicKey,
    );
  }
  checkFiles(files, manifest);

  return { id: sha256(manifestBytes), manifest, contract: readContract(files) };
}

export function readContract(files: ReadonlyMap<string, Uint8Array>): Contract {
  return readDocument(packageFiles.contract, getFile(files, packageFiles.contract), Contract, CONTRACT_FORMAT, 'MW1410');
}

/** Throws MW1404 when it is not there. */
export function getFile(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw problem('MW1404', `The package lacks the file "${name}".`, 'Copy the package again from where it was built.', name);
  return bytes;
}

/** For people to compare: the first 16 hexadecimal digits of the key's hash, in groups of four. */
export function keyFingerprint(publicKey: string): string {
  return (sha256(Buffer.from(publicKey, 'base64')).slice(0, 16).match(/.{4}/g) ?? []).join('-');
}

function checkSignature(files: ReadonlyMap<string, Uint8Array>, manifestBytes: Uint8Array, publicKey: string): void {
  const signature = getFile(files, packageFiles.signature);
  let isSigned = false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    isSigned = key.asymmetricKeyType === 'ed25519' && signature.length === 64 && verify(null, manifestBytes, key, signature);
  } catch {
    // What is no key has signed nothing.
  }
  if (isSigned) return;
  throw problem(
    'MW1406',
    'The manifest is not the one that was signed.',
    'Copy the package again from where it was built. Do not use it as it is.',
    packageFiles.manifest,
  );
}

function checkFiles(files: ReadonlyMap<string, Uint8Array>, manifest: Manifest): void {
  for (const [name, { sha256: expected, bytes: size }] of Object.entries(manifest.files)) {
    const bytes = getFile(files, name);
    if (bytes.length === size && sha256(bytes) === expected) continue;
    throw problem(
      'MW1403',
      `"${name}" was changed after the model was signed.`,
      'Copy the package again from where it was built. Do not use it as it is.',
      name,
    );
  }
  for (const name of files.keys()) {
    if (name === packageFiles.manifest || name === packageFiles.signature || Object.hasOwn(manifest.files, name)) continue;
    throw problem('MW1405', `"${name}" is in the folder but was not signed.`, 'Move it elsewhere: a package holds only what was signed.', name);
  }
}

const Formatted = z.looseObject({ format: z.int() });

/** The format number is read before the rest: a newer document may well look different, and that is not damage. */
function readDocument<T>(name: string, bytes: Uint8Array, schema: z.ZodType<T>, knownFormat: number, unreadable: ErrorCode): T {
  if (bytes.length > MAX_DOCUMENT_BYTES) throw problem(unreadable, `"${name}" is larger than such a file may be.`, 'Build the model again.', name);
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw problem(unreadable, `"${name}" cannot be read.`, 'Copy the package again from where it was built.', name, cause);
  }
  const formatted = Formatted.safeParse(stored);
  if (formatted.success && formatted.data.format > knownFormat) {
    throw problem(
      'MW1402',
      `"${name}" has format ${formatted.data.format}; this version of Modelwright reads up to ${knownFormat}.`,
      'Install a newer Modelwright, or build the model again with this one.',
      name,
    );
  }
  const parsed = schema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw problem(
    unreadable,
    `"${name}" is not what a package holds: ${firstIssue(parsed.error)}.`,
    'Copy the package again from where it was built.',
    name,
    parsed.error,
  );
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue.path.join('.') || 'the whole'}: ${issue.message}`;
}

const problem = (code: ErrorCode, message: string, hint: string, file?: string, cause?: unknown): ModelwrightError =>
  new ModelwrightError({ code, message, hint, ...(file === undefined ? {} : { place: { file } }), cause });
