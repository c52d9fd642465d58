import { describe, expect, it } from 'vitest';
import { smallPackage, testSigner } from '../../tests/fixtures/small-package.ts';
import { packageFiles } from '../domain/package.ts';
import { sha256 } from './hash.ts';
import { keyFingerprint, verifyPackage } from './verify-package.ts';

const signer = testSigner();
const trusted = [signer.publicKey];
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('verifying a package', () => {
  it('accepts one that is whole and signed by a trusted key, and names it by the hash of its manifest', () => {
    const files = smallPackage();
    const { id, manifest, contract } = verifyPackage(files, trusted);
    expect(id).toBe(sha256(files.get(packageFiles.manifest) ?? new Uint8Array()));
    expect(manifest.name).toBe('churn');
    expect(contract.outputs).toEqual(['prediction', 'probability_no', 'probability_yes']);
  });

  it('is the same bytes for the same model, key and facts', () => {
    expect([...smallPackage()]).toEqual([...smallPackage()]);
  });

  it.each([packageFiles.graph, packageFiles.features, packageFiles.contract, packageFiles.report, packageFiles.publicKey])(
    'refuses a changed byte anywhere in %s',
    (name) => {
      const size = smallPackage().get(name)?.length ?? 0;
      for (const at of [0, Math.floor(size / 2), size - 1]) {
        const files = smallPackage();
        const bytes = Uint8Array.from(files.get(name) ?? []);
        bytes[at] ^= 1;
        files.set(name, bytes);
        expect(() => verifyPackage(files, trusted)).toThrow(expect.objectContaining({ code: 'MW1403', place: { file: name } }));
      }
    },
  );

  it('refuses every changed byte of the manifest', () => {
    const original = smallPackage();
    const manifest = original.get(packageFiles.manifest) ?? new Uint8Array();
    for (let at = 0; at < manifest.length; at += 7) {
      const bytes = Uint8Array.from(manifest);
      bytes[at] ^= 1;
      expect(() => verifyPackage(new Map(original).set(packageFiles.manifest, bytes), trusted)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^MW140[1267]$/) }),
      );
    }
  });

  it('refuses a manifest with another number in it', () => {
    const files = smallPackage();
    files.set(packageFiles.manifest, new TextEncoder().encode(text(files.get(packageFiles.manifest)).replace('"value":0.8', '"value":0.9')));
    expect(() => verifyPackage(files, trusted)).toThrow(expect.objectContaining({ code: 'MW1406' }));
  });

  it('refuses a changed, cut or foreign signature', () => {
    const signature = smallPackage().get(packageFiles.signature) ?? new Uint8Array();
    const foreign = testSigner(2).sign(smallPackage().get(packageFiles.manifest) ?? new Uint8Array());
    for (const bytes of [signature.map((byte) => byte ^ 1), signature.slice(0, 63), new Uint8Array(0), foreign]) {
      expect(() => verifyPackage(smallPackage().set(packageFiles.signature, bytes), trusted)).toThrow(expect.objectContaining({ code: 'MW1406' }));
    }
  });

  it('refuses a package that someone else signed, and says whose key it is', () => {
    const other = testSigner(2);
    expect(() => verifyPackage(smallPackage(other), trusted)).toThrow(
      expect.objectContaining({ code: 'MW1407', message: expect.stringContaining(keyFingerprint(other.publicKey)) }),
    );
    expect(() => verifyPackage(smallPackage(other), [other.publicKey])).not.toThrow();
  });

  it.each(Object.values(packageFiles))('refuses a package without %s', (name) => {
    const files = smallPackage();
    files.delete(name);
    expect(() => verifyPackage(files, trusted)).toThrow(expect.objectContaining({ code: name === packageFiles.manifest ? 'MW1401' : 'MW1404' }));
  });

  it('refuses a file that was not signed', () => {
    const files = smallPackage().set('notes.txt', new Uint8Array(1));
    expect(() => verifyPackage(files, trusted)).toThrow(expect.objectContaining({ code: 'MW1405', place: { file: 'notes.txt' } }));
  });

  it('refuses a newer format of the manifest or the contract by a code of its own', () => {
    const newerManifest = smallPackage().set(packageFiles.manifest, new TextEncoder().encode('{"format":2,"unheard":"of"}'));
    expect(() => verifyPackage(newerManifest, trusted)).toThrow(expect.objectContaining({ code: 'MW1402' }));
    const newerContract = smallPackage(signer, (files) => files.set(packageFiles.contract, new TextEncoder().encode('{"format":2}')));
    expect(() => verifyPackage(newerContract, trusted)).toThrow(expect.objectContaining({ code: 'MW1402' }));
  });

  it('refuses a signed contract that is none', () => {
    const files = smallPackage(signer, (unsigned) => unsigned.set(packageFiles.contract, new TextEncoder().encode('{"format":1}')));
    expect(() => verifyPackage(files, trusted)).toThrow(expect.objectContaining({ code: 'MW1410' }));
  });

  it('carries a key that OpenSSL reads', () => {
    expect(text(smallPackage().get(packageFiles.publicKey))).toContain(signer.publicKey);
  });
});
