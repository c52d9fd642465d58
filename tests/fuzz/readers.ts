import { guestReaders } from './guest-readers.ts';
import { homeReaders } from './home-readers.ts';
import { modelReaders } from './model-readers.ts';
import type { ReaderUnderTest } from './reader-under-test.ts';
import { requestReaders } from './request-readers.ts';
import { wallReaders } from './wall-readers.ts';

/** Every place of the host where bytes from outside enter, but for tables, which `tests/journeys/fuzz-reading.test.ts` reads. */
export const readers: readonly ReaderUnderTest[] = [...wallReaders, ...guestReaders, ...modelReaders, ...homeReaders, ...requestReaders];
