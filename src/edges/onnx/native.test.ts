import { describe } from 'vitest';
import { graphRuntimeContract } from './graph-runtime.contract.ts';
import { openGraphPool } from './graph-pool.ts';
import { openNativeRuntime } from './native.ts';

describe('ONNX Runtime in process, one thread', () => {
  graphRuntimeContract(openNativeRuntime());
});
describe('ONNX Runtime in process, two threads', () => {
  graphRuntimeContract(openNativeRuntime({ threads: 2 }));
});

describe('ONNX Runtime in a pool of threads', () => {
  graphRuntimeContract(openGraphPool({ threads: 2 }));
});
