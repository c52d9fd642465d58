import { canonicalJson } from '../../domain/canonical-json.ts';
import { Manifest, MANIFEST_FORMAT, packageFiles } from '../../domain/package.ts';
import { sha256 } from '../../model/index.ts';

/** Signs with Ed25519 without showing its key; `publicKey` is SPKI in base64. */
export type ModelSigner = { publicKey: string; sign(bytes: Uint8Array): Uint8Array };

/** What the manifest says that its files do not. */
export type ManifestFacts = Omit<Manifest, 'format' | 'files' | 'publicKey'>;

/** A package ready to be written: every file, the manifest over them, its signature. `modelId` is the hash of the manifest. */
export function signModel(
  files: ReadonlyMap<string, Uint8Array>,
  facts: ManifestFacts,
  signer: ModelSigner,
): { modelId: string; files: Map<string, Uint8Array> } {
  const signed = new Map(files).set(packageFiles.publicKey, pemOf(signer.publicKey));
  // Parsed before it is signed: a manifest that cannot be opened again must not be made.
  const manifest = Manifest.parse({
    ...facts,
    format: MANIFEST_FORMAT,
    files: Object.fromEntries([...signed].map(([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.length }])),
    publicKey: signer.publicKey,
  } satisfies Manifest);
  const manifestBytes = new TextEncoder().encode(canonicalJson(manifest));
  signed.set(packageFiles.manifest, manifestBytes);
  signed.set(packageFiles.signature, signer.sign(manifestBytes));
  return { modelId: sha256(manifestBytes), files: signed };
}

/** The same key as a file, so that other programs can check the signature. */
function pemOf(publicKey: string): Uint8Array {
  const lines = publicKey.match(/.{1,64}/g) ?? [];
  return new TextEncoder().encode(['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n'));
}
