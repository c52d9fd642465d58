import { ModelwrightError } from './error.ts';

export const fileChanged = (path: string) =>
  new ModelwrightError({
    code: 'MW1121',
    message: `The file "${path}" changed while it was read.`,
    hint: 'Wait until the program that writes it is done, or copy it and give the copy.',
    place: { file: path },
  });
