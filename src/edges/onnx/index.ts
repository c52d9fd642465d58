export type { GraphRuntime, OpenedGraph } from './graph-runtime.ts';
export { openNativeRuntime } from './native.ts';
