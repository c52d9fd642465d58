export type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';
export { graphEntry, openGuestRuntime } from './guest-runtime.ts';
export { openGraphPool } from './graph-pool.ts';
export { openNativeRuntime } from './native.ts';
