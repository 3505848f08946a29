/**
 * The only place that writes to stdout and stderr. No title, token, file name or message can move
 * the cursor, set a colour or end a line: control characters are escaped as in JSON.
 */
import { createInterface } from 'node:readline/promises';
import { visible } from '../util/visible';

/** A process's input and output. */
export interface Streams {
  readonly out: (data: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** Asks for one typed line; null if nobody can answer. */
  readonly typed: ((question: string) => Promise<string>) | null;
}

export interface Terminal {
  /** Prints lines of a report to stdout. The only line breaks are those between lines. */
  readonly print: (...lines: string[]) => void;
  /** Writes a file's content to stdout: byte for byte to a pipe or file, escaped on a terminal. */
  readonly hand: (content: string | Uint8Array) => void;
  /** Prints one line to stderr. */
  readonly note: (line: string) => void;
  /** Replaces the last line of stderr. */
  readonly overwrite: (text: string) => void;
  /** Whether stderr is a terminal; progress is shown only then. */
  readonly isTerminal: boolean;
  readonly isOutTerminal: boolean;
  /** Asks a yes-or-no question; null if nobody can answer. */
  readonly ask: ((lines: readonly string[], question: string) => Promise<boolean>) | null;
}

export function terminalOf({ out, err, isOutTerminal, isErrTerminal, typed }: Streams): Terminal {
  const note = (line: string): void => err(`${shownLine(line)}\n`);
  return {
    isTerminal: isErrTerminal,
    isOutTerminal,
    print: (...lines) => out(lines.map((line) => `${shownLine(line)}\n`).join('')),
    hand: (content) =>
      out(
        typeof content === 'string' && isOutTerminal
          ? content.split('\n').map(shownLine).join('\n')
          : content,
      ),
    note,
    overwrite: (text) => err(`\r${visible(text)}`),
    ask:
      typed &&
      (async (lines, question) => {
        for (const line of lines) note(line);
        return /^y(es)?$/i.test((await typed(`${visible(question)} [y/N] `)).trim());
      }),
  };
}

/** Tabs are part of the layout. */
const shownLine = (line: string): string => line.split('\t').map(visible).join('\t');

/** 128 plus SIGPIPE's number, the shell's exit code for writing to a closed pipe. */
const CLOSED_PIPE = 141;

/** This process's streams. Ends the process quietly when nobody reads its output. */
export function processStreams(): Streams {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? CLOSED_PIPE : 1));
  }
  const typed = async (question: string): Promise<string> => {
    const lines = createInterface({ input: stdin, output: stderr });
    // Ctrl-C at the question ends the command, as elsewhere; Ctrl-D means no.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return Promise.race([lines.question(question), ended]).finally(() => lines.close());
  };
  return {
    out: (data) => stdout.write(data),
    err: (text) => stderr.write(text),
    isOutTerminal: stdout.isTTY ?? false,
    isErrTerminal: stderr.isTTY ?? false,
    typed: stdin.isTTY && stderr.isTTY ? typed : null,
  };
}

/** Exits once output to a pipe is written. Needed because a WebGPU object keeps Node alive. */
export function exitWhenWritten(code: number): void {
  process.stdout.write('', (error) => {
    // A closed pipe has its own exit code.
    if (!error) process.exit(code);
  });
}
