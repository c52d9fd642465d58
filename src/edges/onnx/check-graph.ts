/**
 * Judges the bytes of a graph before native code loads them: a walk over the protobuf that reads only what could do harm.
 * A graph of ours is a flat list of plain operators with its numbers inside; anything else is refused, whoever signed it.
 */
import { ModelwrightError } from '../../domain/error.ts';

const MAX_GRAPH_BYTES = 512 << 20;
const MAX_NODES = 20_000;
const MAX_INITIALIZERS = 20_000;

const allowedOperators = new Set([
  'Add',
  'Cast',
  'Concat',
  'Div',
  'Exp',
  'Expand',
  'Gather',
  'Identity',
  'IsNaN',
  'Log',
  'MatMul',
  'Max',
  'Min',
  'Mul',
  'ReduceSum',
  'Relu',
  'Shape',
  'Sigmoid',
  'Slice',
  'Softmax',
  'Sqrt',
  'Sub',
  'TreeEnsembleRegressor',
  'Unsqueeze',
  'Where',
]);
const allowedDomains = new Set(['', 'ai.onnx.ml']);

/** Throws MW1408, saying what is not allowed. */
export function checkGraph(bytes: Uint8Array): void {
  if (bytes.length > MAX_GRAPH_BYTES) throw refusal(`it has ${bytes.length} bytes, more than ${MAX_GRAPH_BYTES}`);
  let graphCount = 0;
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === modelFields.graph) {
      graphCount += 1;
      checkGraphBody(bytesOf(value));
    } else if (field === modelFields.opset) {
      checkOpset(bytesOf(value));
    } else if (!harmlessModelFields.has(field)) {
      throw refusal(`it has the part ${field} of a model, which is not used here`);
    }
  }
  if (graphCount !== 1) throw refusal(`it holds ${graphCount} graphs instead of one`);
}

const modelFields = { graph: 7, opset: 8 } as const;
const harmlessModelFields = new Set([1, 2, 3, 4, 5, 6]); // versions, producer, domain, documentation

function checkOpset(opset: Uint8Array): void {
  for (const { field, value } of fieldsOf(opset)) if (field === 1) checkDomain(textOf(value));
}

function checkDomain(domain: string): void {
  if (!allowedDomains.has(domain)) throw refusal(`it uses operators of "${domain}"`);
}

function checkGraphBody(graph: Uint8Array): void {
  let nodeCount = 0;
  let initializerCount = 0;
  for (const { field, value } of fieldsOf(graph)) {
    switch (field) {
      case 1:
        nodeCount += 1;
        checkNode(bytesOf(value));
        break;
      case 5:
        initializerCount += 1;
        checkTensor(bytesOf(value));
        break;
      case 2: // name
      case 10: // documentation
      case 11: // inputs
      case 12: // outputs
      case 13: // types of values in between
        break;
      default:
        throw refusal(`it has the part ${field} of a graph, which is not used here`);
    }
  }
  if (nodeCount > MAX_NODES || initializerCount > MAX_INITIALIZERS) throw refusal(`it has ${nodeCount} operators and ${initializerCount} constants`);
}

function checkNode(node: Uint8Array): void {
  let operator = '';
  for (const { field, value } of fieldsOf(node)) {
    if (field === 4) operator = textOf(value);
    else if (field === 5) checkAttribute(bytesOf(value));
    else if (field === 7) checkDomain(textOf(value));
    else if (field !== 1 && field !== 2 && field !== 3) throw refusal(`an operator has the part ${field}, which is not used here`);
  }
  if (!allowedOperators.has(operator)) throw refusal(`it uses the operator "${operator.slice(0, 60)}"`);
}

/** Numbers, words and lists of them; no graph, tensor or type inside an attribute. */
const attributeFields = new Set([1, 2, 3, 4, 7, 8, 9, 13, 20]);

function checkAttribute(attribute: Uint8Array): void {
  for (const { field } of fieldsOf(attribute)) {
    if (!attributeFields.has(field)) throw refusal('an operator holds a graph or a tensor of its own');
  }
}

function checkTensor(tensor: Uint8Array): void {
  for (const { field, value } of fieldsOf(tensor)) {
    if (field === 13 || (field === 14 && value !== 0)) throw refusal('it reads a constant from another file');
    if (field === 3) throw refusal('it holds a constant in parts');
  }
}

function refusal(reason: string): ModelwrightError {
  return new ModelwrightError({
    code: 'MW1408',
    message: `The graph of the model is refused: ${reason}.`,
    hint: 'Build the model again with this version of Modelwright. Do not use the file if you do not know where it comes from.',
  });
}

type Field = { field: number; value: number | Uint8Array };

const bytesOf = (value: number | Uint8Array): Uint8Array => {
  if (typeof value === 'number') throw refusal('it is not a well-formed ONNX file');
  return value;
};

const textOf = (value: number | Uint8Array): string => new TextDecoder().decode(bytesOf(value));

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= message.length) break;
      const byte = message[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw refusal('it is not a well-formed ONNX file');
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw refusal('it is not a well-formed ONNX file');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { field, value: varint() };
        break;
      case 1:
        yield { field, value: take(8) };
        break;
      case 2:
        yield { field, value: take(varint()) };
        break;
      case 5:
        yield { field, value: take(4) };
        break;
      default:
        throw refusal('it is not a well-formed ONNX file');
    }
  }
}
