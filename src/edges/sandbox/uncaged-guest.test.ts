import { describe } from 'vitest';
import { uncagedGuests } from '../../../tests/support/guests.ts';
import { guestsContract } from './guests.contract.ts';

describe('a guest without a cage', () => {
  guestsContract('uncaged', uncagedGuests, (folder) => folder);
});
