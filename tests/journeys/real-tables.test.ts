import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/doors/connect.ts';
import { readDataset, readRealDatasets } from '../support/real-datasets.ts';

/** The real tables are too large to be part of the project; CONTRIBUTING.md says where they come from. */
const datasets = readRealDatasets(process.env['MODELWRIGHT_DATASETS'] ?? 'no folder');
const home = mkdtempSync(join(tmpdir(), 'real-tables-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf(datasets.length === 0)('a real table and its sentence, with nothing else said', () => {
  it.each(datasets)('become the right plan, or a forecast that is refused with what works today: $name', { timeout: 120_000 }, async (dataset) => {
    const client = await connect({ home, environment: {}, version: '0.0.0' });
    try {
      expect((await readDataset(client, dataset)).faults).toEqual([]);
    } finally {
      await client.close();
    }
  });
});
