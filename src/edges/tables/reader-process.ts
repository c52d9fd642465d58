/** A started reader as its owner sees it: messages in, messages out, an end. The sandbox edge makes one; only it may start a process. */
export interface ReaderProcess {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number | null, signal: string | null) => void): void;
  kill(): void;
}
