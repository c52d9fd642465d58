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
  /** Calls back on the first interrupt and on the second; a demand to terminate is a second one at once. `exitCode` is what the signal's sender expects. */
  onInterrupt(first: () => void, second: (exitCode: number) => void): void;
};
