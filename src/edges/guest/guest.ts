/**
 * A guest: a process that holds native code and strangers' bytes, as its owner sees it. Messages in, messages out, an end. The sandbox edge
 * makes one, in a cage where there can be one; only it may start a process.
 */
export interface Guest {
  /** Where the guest finds the file that it was started with to read. */
  readonly filePath: string;
  /** A folder that it may write in; it is emptied when the guest has ended. */
  readonly scratchPath: string;
  /** As this machine numbers it. */
  readonly processId: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (ending: GuestEnding) => void): void;
  kill(): void;
}

/** How a guest ended: by itself, or for one of the limits that are watched from outside, or because it broke the rules of the wire. */
export type GuestEnding =
  | { kind: 'exit'; code: number | null; signal: string | null }
  | { kind: 'limit'; limit: 'memory' | 'scratch' }
  | { kind: 'nonsense'; problem: string };

/**
 * The one open file that a guest gets; nothing else of the disk is there for it. To be read it can be opened again inside; to be written it
 * cannot. `path` is its name on this machine, for systems where a descriptor cannot be opened a second time, and for errors.
 */
export type GuestFile = { descriptor: number; use: 'read' | 'write'; path: string };

/** The descriptor inside. */
export const FILE_DESCRIPTOR = 7;

/** The first word of a guest: its native code is loaded, and it has seen nothing of a stranger yet. */
export const READY = 'ready';
