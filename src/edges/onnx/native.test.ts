import { describe } from 'vitest';
import { graphRuntimeContract } from './graph-runtime.contract.ts';
import { openNativeRuntime } from './native.ts';

describe('ONNX Runtime in process, one thread', () => {
  graphRuntimeContract(openNativeRuntime());
});
describe('ONNX Runtime in process, two threads', () => {
  graphRuntimeContract(openNativeRuntime({ threads: 2 }));
});
