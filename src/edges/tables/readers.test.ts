import { describe } from 'vitest';
import { cagedGuests, uncagedGuests } from '../../../tests/support/guests.ts';
import { readersContract } from './readers.contract.ts';

describe('readers in cages', () => {
  readersContract(cagedGuests);
});
describe('readers without a cage', () => {
  readersContract(uncagedGuests);
});
