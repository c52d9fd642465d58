import { describe } from 'vitest';
import { sandboxContract } from './sandbox.contract.ts';
import { openUncaged } from './uncaged.ts';

describe('the twin without a cage', () => {
  sandboxContract((harness) => openUncaged(harness, []), { isCaged: false });
});
