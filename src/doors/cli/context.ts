/** What a command line runs in; handed in, so that tests and embedders decide it. */
export type CommandContext = {
  version: string;
  words: string[];
  /** How the user calls this program, for the commands that are suggested. */
  commandName: string;
  environment: Record<string, string | undefined>;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Calls back on the first interrupt and on the second. */
  onInterrupt(first: () => void, second: () => void): void;
};
