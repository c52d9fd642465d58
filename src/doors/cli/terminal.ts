import { styleText } from 'node:util';

/** Where words go. On a terminal one live line is rewritten in place; otherwise every line is plain and stays. */
export type Terminal = {
  isInteractive: boolean;
  /** A line that stays. */
  line(text: string): void;
  /** Replaces the live line; dropped where there is none. */
  live(text: string): void;
  /** Takes the live line away. */
  endLive(): void;
  style(format: 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan', text: string): string;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number };

export function openTerminal(stream: Stream, environment: { NO_COLOR?: string | undefined; TERM?: string | undefined }): Terminal {
  const isInteractive = stream.isTTY === true && environment.TERM !== 'dumb';
  const hasColour = isInteractive && !environment.NO_COLOR;
  let isLiveShown = false;
  const endLive = () => {
    if (isLiveShown) stream.write('\r\u001b[2K');
    isLiveShown = false;
  };
  return {
    isInteractive,
    line(text) {
      endLive();
      stream.write(`${text}\n`);
    },
    live(text) {
      if (!isInteractive) return;
      endLive();
      stream.write(text.slice(0, (stream.columns ?? 80) - 1));
      isLiveShown = true;
    },
    endLive,
    style: (format, text) => (hasColour ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Text of a stranger (column names, class names) made harmless for a terminal: control characters are shown as a question mark. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}
