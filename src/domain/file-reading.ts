import { z } from 'zod';

export const TextEncoding = z.enum(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be']);

/** How a file of text is decoded and cut into cells where the user says it; what is not said is decided by its bytes. */
export const FileReading = z.strictObject({
  delimiter: z
    .string()
    .length(1)
    .refine((sign) => !/["'\r\n]/.test(sign), 'a quote or the end of a line parts no cells')
    .optional(),
  hasHeader: z.boolean().optional(),
  encoding: TextEncoding.optional(),
});
export type FileReading = z.infer<typeof FileReading>;
