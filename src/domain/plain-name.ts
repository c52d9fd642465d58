import { trimCell } from './read-cell.ts';

/**
 * What the name of a column is compared by: without the spaces at its ends, and with letters like ü as one sign. A file from a Mac may hold them as two,
 * which nobody sees and nobody types.
 */
export const plainName = (name: string): string => trimCell(name).normalize('NFC');
