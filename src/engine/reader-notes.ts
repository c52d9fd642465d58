import type { Guests } from '../edges/sandbox/index.ts';

/** What the user should know where strangers' bytes were read without a cage. */
export function readerNotes({ state }: Guests): string[] {
  if (state?.isCaged !== false) return [];
  return [`Your files are read without a cage, in a process of their own. ${state.reason.message} See \`modelwright doctor\`.`];
}
