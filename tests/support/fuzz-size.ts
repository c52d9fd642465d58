/**
 * How many broken inputs the fuzzers give and from which seed. MODELWRIGHT_FUZZ counts all of them together (`npm run fuzz`: 100,000): a fifth are
 * tables (`tests/journeys/fuzz-reading.test.ts`), the others go to the readers of `tests/fuzz/` in equal parts.
 */
const inputs = Number(process.env['MODELWRIGHT_FUZZ'] ?? 10_000);

export const fuzzSeed = Number(process.env['MODELWRIGHT_FUZZ_SEED'] ?? 1);
export const tableCount = Math.ceil(inputs / 5);
export const readerInputCount = inputs - tableCount;
