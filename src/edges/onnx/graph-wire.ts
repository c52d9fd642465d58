/** All that may pass between a guest that holds a stranger's graph and its owner. Both ends ship together. */
import { z } from 'zod';
import type { ErrorCode } from '../../domain/error-codes.ts';

const Rows = z.strictObject({
  rowCount: z.int().min(0),
  columnCount: z.int().min(0),
  values: z.instanceof(Float32Array),
  textWidth: z.int().min(0),
  textIds: z.instanceof(Int32Array),
  textWeights: z.instanceof(Float32Array),
});

export const GraphRequest = z.discriminatedUnion('ask', [
  z.strictObject({ id: z.int(), ask: z.literal('open'), bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ id: z.int(), ask: z.literal('run'), rows: Rows }),
]);
export type GraphRequest = z.infer<typeof GraphRequest>;

/** How a graph can fail; of anything else such a guest knows nothing. */
const isGraphCode = (code: string): code is ErrorCode => ['MW1408', 'MW1409', 'MW3040'].includes(code);

export const GraphReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), id: z.int() }),
  z.strictObject({ kind: z.literal('answers'), id: z.int(), answers: z.instanceof(Float64Array) }),
  z.strictObject({
    kind: z.literal('failed'),
    id: z.int(),
    error: z.strictObject({ code: z.string().refine(isGraphCode), message: z.string().min(1).max(4096), hint: z.string().min(1).max(4096) }),
  }),
]);
export type GraphReply = z.infer<typeof GraphReply>;
