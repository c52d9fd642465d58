import { describe } from 'vitest';
import { eventLogContract } from './event-log.contract.ts';
import { openMemoryEventLog } from './memory-event-log.ts';

describe('memory event log', () => {
  eventLogContract(async (parseEvent) => openMemoryEventLog(parseEvent));
});
