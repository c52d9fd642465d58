import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHome } from './home.ts';
import { isSignedBy, openKeys, parsePublicKey } from './keys.ts';
import { testFolder } from './test-folder.ts';

const bytes = new TextEncoder().encode('{"format":1}');
const openTestKeys = (folder: string) => openKeys(openHome(folder));

it('makes one signing key, which only the owner can read, and keeps it', async () => {
  const folder = testFolder();
  const first = (await openTestKeys(folder)).signer();
  expect((await openTestKeys(folder)).signer().publicKey).toBe(first.publicKey);
  expect(first.fingerprint).toMatch(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
  expect(statSync(join(folder, 'keys', 'signing-key.pem')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'keys', 'signing-key.pem'), 'utf8')).toContain('BEGIN PRIVATE KEY');
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

it('makes only one key when several first commands run at once', async () => {
  const folder = testFolder();
  const all = await Promise.all(Array.from({ length: 8 }, () => openTestKeys(folder)));
  expect(new Set(all.map((keys) => keys.signer().publicKey)).size).toBe(1);
});

it('signs so that one changed byte, another key or a cut signature is noticed', async () => {
  const signer = (await openTestKeys(testFolder())).signer();
  const other = (await openTestKeys(testFolder())).signer();
  const signature = signer.sign(bytes);
  expect(isSignedBy(signer.publicKey, bytes, signature)).toBe(true);
  expect(isSignedBy(other.publicKey, bytes, signature)).toBe(false);
  expect(isSignedBy(signer.publicKey, bytes.with(3, 0), signature)).toBe(false);
  expect(isSignedBy(signer.publicKey, bytes, signature.with(10, signature[10] ^ 1))).toBe(false);
  expect(isSignedBy(signer.publicKey, bytes, signature.subarray(0, 63))).toBe(false);
  expect(isSignedBy('not a key', bytes, signature)).toBe(false);
});

it('closes a key file that others could read, and says so', async () => {
  const folder = testFolder();
  await openTestKeys(folder);
  const file = join(folder, 'keys', 'signing-key.pem');
  chmodSync(file, 0o644);
  expect((await openTestKeys(folder)).notices).toEqual([expect.stringContaining('644')]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await openTestKeys(folder)).notices).toEqual([]);
});

it('says what is wrong with a key file it cannot use, and never replaces it', async () => {
  const folder = testFolder();
  await openTestKeys(folder);
  const file = join(folder, 'keys', 'signing-key.pem');
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  for (const text of ['', 'garbage', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', rsa.privateKey, 'x'.repeat(5000)]) {
    writeFileSync(file, text);
    await expect(openTestKeys(folder)).rejects.toMatchObject({ code: 'MW3016', place: { file } });
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  unlinkSync(file);
  symlinkSync(join(folder, 'home.json'), file);
  await expect(openTestKeys(folder)).rejects.toMatchObject({ code: 'MW3016' });
});

it('trusts its own key, and others once they were added by text, PEM or file', async () => {
  const folder = testFolder();
  const keys = await openTestKeys(folder);
  const [byText, byPem, byFile, stranger] = await Promise.all(Array.from({ length: 4 }, async () => (await openTestKeys(testFolder())).signer()));
  expect(await keys.isTrusted(keys.signer().publicKey)).toBe(true);
  expect(await keys.isTrusted(byText.publicKey)).toBe(false);

  expect(await keys.trustKey(` ${byText.publicKey}\n`)).toEqual({ publicKey: byText.publicKey, fingerprint: byText.fingerprint });
  await keys.trustKey(`-----BEGIN PUBLIC KEY-----\n${byPem.publicKey}\n-----END PUBLIC KEY-----\n`);
  writeFileSync(join(folder, 'models', 'public-key'), `${byFile.publicKey}\n`);
  await keys.trustKey(join(folder, 'models', 'public-key'));
  await keys.trustKey(byText.publicKey);
  await keys.trustKey(keys.signer().publicKey);

  const later = await openTestKeys(folder);
  for (const { publicKey } of [byText, byPem, byFile]) expect(await later.isTrusted(publicKey)).toBe(true);
  expect(await later.isTrusted(stranger.publicKey)).toBe(false);
  expect((await later.trustedKeys()).map(({ origin }) => origin)).toEqual(['home', 'added', 'added', 'added']);
});

it('refuses what is no Ed25519 public key', async () => {
  const keys = await openTestKeys(testFolder());
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const own = keys.signer().publicKey;
  for (const text of ['', 'hello', rsa, own.slice(0, -4), `${own}AAAA`, '/nowhere/key', '/dev/zero', testFolder()]) {
    await expect(keys.trustKey(text)).rejects.toMatchObject({ code: 'MW1454' });
  }
  expect(parsePublicKey(own)).toMatchObject({ publicKey: own });
});

it('notices a trusted key that was exchanged behind its name', async () => {
  const folder = testFolder();
  const keys = await openTestKeys(folder);
  const [known, stranger] = await Promise.all([1, 2].map(async () => (await openTestKeys(testFolder())).signer()));
  await keys.trustKey(known.publicKey);
  const [name] = readdirSync(join(folder, 'keys', 'trusted'));
  writeFileSync(join(folder, 'keys', 'trusted', name), stranger.publicKey);
  await expect(keys.isTrusted(stranger.publicKey)).rejects.toMatchObject({ code: 'MW3014' });
});
