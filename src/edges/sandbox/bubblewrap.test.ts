import { describe } from 'vitest';
import { openBubblewrap } from './bubblewrap.ts';
import { sandboxContract } from './sandbox.contract.ts';

describe('bubblewrap', () => {
  sandboxContract((harness) => openBubblewrap(harness, []), { isCaged: true });
});
