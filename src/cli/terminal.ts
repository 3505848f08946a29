/**
 * The one place that writes to stdout and stderr. Whatever a title, a token, a file name or a message holds, it moves no
 * cursor, sets no colour and ends no line: control characters are shown as JSON escapes them.
 */
import { createInterface } from 'node:readline/promises';
import { visible } from '../util/visible';

/** The ends of a process. */
export interface Streams {
  readonly out: (data: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** Asks for one typed line; null where nobody sits. */
  readonly typed: ((question: string) => Promise<string>) | null;
}

export interface Terminal {
  /** Lines of a report, to stdout; a line break ends up there between two of them only. */
  readonly print: (...lines: string[]) => void;
  /** A file's content, to stdout: to the byte for a pipe or a file, shown like all else on a terminal. */
  readonly hand: (content: string | Uint8Array) => void;
  /** One line, to stderr. */
  readonly note: (line: string) => void;
  /** In place of what stands in the last line of stderr. */
  readonly overwrite: (text: string) => void;
  /** Is stderr a terminal: then progress is shown. */
  readonly isTerminal: boolean;
  readonly isOutTerminal: boolean;
  /** A question that is answered with yes or no; null where nobody can answer. */
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

/** Tabs are layout, too. */
const shownLine = (line: string): string => line.split('\t').map(visible).join('\t');

/** 128 and SIGPIPE's number, as the shell counts a program that writes to a closed pipe. */
const CLOSED_PIPE = 141;

/** This process's own. It ends quietly when nobody reads what it writes. */
export function processStreams(): Streams {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? CLOSED_PIPE : 1));
  }
  const typed = async (question: string): Promise<string> => {
    const lines = createInterface({ input: stdin, output: stderr });
    // Ctrl-C at the question ends the command, as elsewhere; Ctrl-D says no.
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

/** A WebGPU object keeps Node alive; output to a pipe must be out before the process is. */
export function exitWhenWritten(code: number): void {
  process.stdout.write('', (error) => {
    // A closed pipe has a code of its own.
    if (!error) process.exit(code);
  });
}
