/** A guest that holds ONNX Runtime and one stranger's graph, and answers what it is handed. A fault in here ends this process and nothing else. */
import { ModelwrightError } from '../../domain/error.ts';
import { serveOwner, tellOwner } from '../guest/index.ts';
import type { OpenedGraph } from './graph-runtime.ts';
import { GraphRequest, type GraphReply } from './graph-wire.ts';
import { cannotAnswer, openNativeRuntime } from './native.ts';

let graph: OpenedGraph | undefined;

async function answer(request: GraphRequest): Promise<GraphReply> {
  if (request.ask === 'open') {
    graph = await openNativeRuntime().open(request.bytes);
    return { kind: 'opened', id: request.id };
  }
  if (!graph) throw new Error('no graph is open');
  const answers = await graph.run(request.rows);
  return { kind: 'answers', id: request.id, answers: new Float64Array(answers) };
}

serveOwner(async (message) => {
  const request = GraphRequest.parse(message);
  try {
    tellOwner((await answer(request)) satisfies GraphReply);
  } catch (cause) {
    const { code, message: words, hint } = cause instanceof ModelwrightError ? cause : cannotAnswer(cause);
    tellOwner({ kind: 'failed', id: request.id, error: { code, message: words, hint } } satisfies GraphReply);
  }
});
