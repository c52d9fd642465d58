import { describe } from 'vitest';
import { cagedGuests, scratchParent } from '../../../tests/support/guests.ts';
import { guestsContract } from './guests.contract.ts';

describe('a guest in a cage', () => {
  guestsContract('caged', cagedGuests, scratchParent);
});
