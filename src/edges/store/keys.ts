import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { syncFolder, writeFileAtomically, writeSynced } from './atomic-file.ts';
import type { Home } from './home.ts';
import { makeFolder } from './make-folder.ts';
import { storageError } from './storage-error.ts';
import { removeUnfinished, temporaryName } from './temporary-name.ts';

const MAX_KEY_BYTES = 4096;

/** `publicKey` is SPKI DER in base64, the whole truth; `fingerprint` is for people to compare. */
export type PublicKey = { publicKey: string; fingerprint: string };

/** Signs without showing its key. */
export type Signer = PublicKey & { sign(bytes: Uint8Array): Uint8Array };

export type TrustedKey = PublicKey & { origin: 'home' | 'added' };

export interface Keys {
  signer(): Signer;
  /** This home's key first. */
  trustedKeys(): Promise<TrustedKey[]>;
  isTrusted(publicKey: string): Promise<boolean>;
  /** Takes the text of a public key, or the path of a file that holds it. */
  trustKey(keyOrPath: string): Promise<PublicKey>;
  /** What was put right on opening, in sentences for the user. */
  notices: string[];
}

/** The home's Ed25519 keys; the first command that needs them makes the home's own. */
export async function openKeys(home: Home): Promise<Keys> {
  const keyFile = join(home.keysFolder, 'signing-key.pem');
  const trustedFolder = join(home.keysFolder, 'trusted');
  const notices: string[] = [];
  const privateKey = await readSigningKey(keyFile, notices).then((key) => key ?? makeSigningKey(keyFile, home, notices));
  const own = publicKeyOf(createPublicKey(privateKey));
  const added = async (): Promise<PublicKey[]> => {
    const names = await readdir(trustedFolder).catch(() => []);
    const keys: PublicKey[] = [];
    for (const name of names.toSorted()) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const file = join(trustedFolder, name);
      const key = parsePublicKey(await readBounded(file));
      if (!key || fullHash(key.publicKey) !== name) {
        throw new ModelwrightError({
          code: 'MW3014',
          message: `${file} does not hold the trusted key it is named for.`,
          hint: 'Remove the file, then add the key again with `modelwright trust`.',
          place: { file },
        });
      }
      keys.push(key);
    }
    return keys;
  };
  const trustedKeys = async (): Promise<TrustedKey[]> => [
    { ...own, origin: 'home' },
    ...(await added()).filter(({ publicKey }) => publicKey !== own.publicKey).map((key): TrustedKey => ({ ...key, origin: 'added' })),
  ];
  return {
    signer: () => ({ ...own, sign: (bytes) => new Uint8Array(sign(null, bytes, privateKey)) }),
    trustedKeys,
    isTrusted: async (publicKey) => (await trustedKeys()).some((key) => key.publicKey === publicKey),
    async trustKey(keyOrPath) {
      const key = parsePublicKey(keyOrPath) ?? parsePublicKey(await readBounded(keyOrPath).catch(() => ''));
      if (!key) {
        throw new ModelwrightError({
          code: 'MW1454',
          message: `"${keyOrPath.length > 80 ? `${keyOrPath.slice(0, 80)}…` : keyOrPath}" is neither a public key nor a file that holds one.`,
          hint: 'Give the public key file that lies in the package, or the line of text (base64) that its owner sent you.',
        });
      }
      try {
        makeFolder(trustedFolder, 0o700);
      } catch (cause) {
        throw storageError(cause, trustedFolder);
      }
      await writeFileAtomically(join(trustedFolder, fullHash(key.publicKey)), [new TextEncoder().encode(`${key.publicKey}\n`)], home.temporaryFolder);
      return key;
    },
    notices,
  };
}

/** True when the holder of the key signed exactly these bytes. Says nothing about whether that key is trusted. */
export function isSignedBy(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = keyObjectOf(publicKey);
  return key !== undefined && signature.length === 64 && verify(null, bytes, key, signature);
}

/** An Ed25519 public key as a line of base64 or as PEM; anything else is none. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const key = keyObjectOf(text);
  return key && publicKeyOf(key);
}

function keyObjectOf(text: string): KeyObject | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_KEY_BYTES) return undefined;
  try {
    if (trimmed.startsWith('-----BEGIN PUBLIC KEY-----')) return onlyEd25519(createPublicKey(trimmed));
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed)) return undefined;
    const key = onlyEd25519(createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' }));
    // One key has one text, so that comparing texts is comparing keys.
    return key && derOf(key) === trimmed ? key : undefined;
  } catch {
    return undefined;
  }
}

const onlyEd25519 = (key: KeyObject): KeyObject | undefined => (key.asymmetricKeyType === 'ed25519' ? key : undefined);
const derOf = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');
const fullHash = (publicKey: string): string => createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');

function publicKeyOf(key: KeyObject): PublicKey {
  const publicKey = derOf(key);
  const fingerprint = fullHash(publicKey).slice(0, 16).match(/.{4}/g)?.join('-') ?? '';
  return { publicKey, fingerprint };
}

async function readSigningKey(keyFile: string, notices: string[]): Promise<KeyObject | undefined> {
  let pem: string;
  try {
    await using file = await open(keyFile, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const facts = await file.stat();
    if (!facts.isFile()) throw unusable(keyFile, 'it is not a plain file');
    if (facts.size > MAX_KEY_BYTES) throw unusable(keyFile, 'it is too large');
    const mode = facts.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      await file.chmod(0o600);
      notices.push(
        `Others could read the signing key ${keyFile} (permissions ${mode.toString(8)}); it is now closed to them (600). If someone may have copied it, move it away and build again.`,
      );
    }
    pem = await file.readFile('utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw unusable(keyFile, 'it is a symbolic link', cause);
    if (code === 'EACCES' || code === 'EPERM') throw unusable(keyFile, 'it belongs to another user', cause);
    throw storageError(cause, keyFile);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw unusable(keyFile, 'it is damaged'); // without the cause: a message about a key's text could hold some of it
  }
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(keyFile, 'it is a key of another kind');
  return key;
}

async function makeSigningKey(keyFile: string, home: Home, notices: string[]): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const unfinished = join(home.temporaryFolder, temporaryName('key'));
  try {
    await writeSynced(unfinished, [Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }))], 0o600);
    // Linked, not renamed: of two first commands one makes the key and the other uses it.
    await link(unfinished, keyFile);
    await syncFolder(home.keysFolder);
    return privateKey;
  } catch (cause) {
    const present = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' ? await readSigningKey(keyFile, notices) : undefined;
    if (present) return present;
    throw storageError(cause, home.keysFolder);
  } finally {
    await removeUnfinished(unfinished);
  }
}

async function readBounded(path: string): Promise<string> {
  const facts = await stat(path);
  if (!facts.isFile() || facts.size > MAX_KEY_BYTES) return '';
  return readFile(path, 'utf8');
}

const unusable = (keyFile: string, problem: string, cause?: unknown): ModelwrightError =>
  new ModelwrightError({
    code: 'MW3016',
    message: `The signing key ${keyFile} cannot be used: ${problem}.`,
    hint: 'Put it back from a backup. Or move it away: a new key is made then, and packages signed with the old one are trusted only after `modelwright trust`.',
    place: { file: keyFile },
    cause,
  });
