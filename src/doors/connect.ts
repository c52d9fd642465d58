import type { Client } from './client/client.ts';

/** A client over the engine in this process. Callers see the interface alone. */
export async function connect(to: { home: string | null; environment: Record<string, string | undefined>; version: string }): Promise<Client> {
  const { openEngine, readConfig } = await import('../engine/index.ts');
  return openEngine(readConfig(to.environment, to.home), to.version);
}
