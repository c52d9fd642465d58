import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { parseRunEvent } from '../../src/domain/event.ts';
import { openStore, writePackage } from '../../src/edges/store/index.ts';
import { openEngine, readConfig } from '../../src/engine/index.ts';
import type { ModelSigner } from '../../src/stages/packaging/index.ts';
import { smallPackage, testSigner } from '../fixtures/small-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const engines: Awaited<ReturnType<typeof openEngine>>[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A home of its own with a package signed by the given key, or by the home's own. */
async function homeWith(name: string, signer?: ModelSigner) {
  const home = join(folder, name);
  const store = await openStore(home, parseRunEvent);
  const place = join(folder, `${name}-package`);
  await writePackage(smallPackage(signer ?? store.keys.signer()), place);
  if (signer) await store.keys.trustKey(signer.publicKey);
  store.close();
  const engine = await openEngine(readConfig(process.env, home), '0.1.0');
  engines.push(engine);
  return { engine, model: place };
}

const row = { age: 40, city: 'Bergen', member: 'yes' };
const nativeCodeHere = () => readFileSync('/proc/self/maps', 'utf8').includes('onnxruntime_binding');

// In this order: what has been loaded stays.
it('answers with the package of another trusted signer as that signer would, and loads no native code of models into this process', async () => {
  const { engine, model } = await homeWith('theirs', testSigner(7));
  const answered = await engine.predictRow({ model, row, isStrict: false });
  expect(Object.keys(answered.probabilities ?? {})).toEqual(['no', 'yes']);
  const data = join(folder, 'rows.csv');
  writeFileSync(data, 'age,city,member\n20,Oslo,no\n40,Bergen,yes\n');
  const out = join(folder, 'answers.jsonl');
  expect(await engine.predictFile({ model, data, out, isStrict: false, textFormat: 'csv', write: () => {} })).toMatchObject({ rowCount: 2 });
  expect(nativeCodeHere()).toBe(false);

  const own = await homeWith('ours');
  expect(await own.engine.predictRow({ model: own.model, row, isStrict: false })).toMatchObject({ probabilities: answered.probabilities });
  expect(nativeCodeHere()).toBe(true);
});
