/**
 * The engine's side of a tokenizer. Patterns, normalizers and chat templates are untrusted
 * programs, so they run in their own thread. A thread that is silent for too long is ended, and the
 * next call starts a fresh one. Calls made together, or while another is pending, go in one
 * message.
 */
import type { ChatTokens } from '../chatTemplate';
import { shown } from '../../util/parse';
import type { BosHints, Roles, Token } from '../tokenizer';
import type { TokenizerFacts, TokenizerSource } from './files';
import type { Answer, Job, Reply, Request } from './serve';
import { type TokenTexts, tokenTexts } from './texts';

export interface Thread {
  post(request: Request): void;
  end(): void;
}

/**
 * Starts a thread that serves a tokenizer (`serve.ts`). `fail` is called with the reason if it ends
 * by itself.
 */
export type StartThread = (hear: (reply: Reply) => void, fail: (reason: string) => void) => Thread;

export interface ConnectOptions {
  readonly startThread: StartThread;
  readonly hints: BosHints;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of silence. */
  readonly deadlines?: Deadlines;
}

interface Deadlines {
  readonly loading: number;
  readonly call: number;
}

const DEADLINES: Deadlines = { loading: 60_000, call: 2_000 };

/** A tokenizer as the engine sees it. Decoding is local; encoding asks the thread. */
export interface Tokenizer extends Roles, TokenTexts {
  /** Tokens of a text, nothing added. Rejects with an Error if the tokens do not spell the text. */
  encode(text: string): Promise<Token[]>;
  /** Formats a prompt with the model's chat template. */
  chat(prompt: string, tokens: ChatTokens): Promise<string>;
  /** Ends the thread. */
  close(): void;
}

export type Connection = Pick<TokenizerFacts, 'bos' | 'hasChatTemplate' | 'notes'> & {
  readonly tokenizer: Tokenizer;
};

/** The tokenizer did not answer in time, or its thread failed: do not retry many times. */
export class TokenizerStopped extends Error {
  constructor(what: string) {
    super(`${what}. This model's tokenizer cannot be used: open another model.`);
  }
}

/** Loads a tokenizer. Rejects with an Error, or with the signal's reason. */
export async function connectTokenizer(
  source: TokenizerSource,
  { startThread, hints, signal, deadlines = DEADLINES }: ConnectOptions,
): Promise<Connection> {
  const load = async (stop?: AbortSignal) => {
    const files = await source();
    stop?.throwIfAborted();
    return loadInThread(openLine(startThread), { files, hints }, deadlines.loading, stop);
  };
  const { line, facts } = await load(signal);
  const { table, bos, hasChatTemplate, notes, ...roles } = facts;
  const texts = tokenTexts(table);
  const { ask, close } = queue(line, async (stop) => (await load(stop)).line, deadlines.call);
  const tokenizer: Tokenizer = {
    ...texts,
    ...roles,
    encode: async (text) => {
      const answer = await ask({ text });
      return 'spans' in answer ? tokensOf(answer.spans, texts) : refuse(answer);
    },
    chat: async (chat, tokens) => {
      const answer = await ask({ chat, tokens });
      return 'chat' in answer ? answer.chat : refuse(answer);
    },
    close,
  };
  return { tokenizer, bos, hasChatTemplate, notes };
}

function refuse(answer: object): never {
  throw new Error(
    'problem' in answer ? String(answer.problem) : 'internal: a tokenizer answered something else',
  );
}

/** Decodes the numbers that `serve.ts` sends. */
function tokensOf(spans: Int32Array, { decode }: TokenTexts): Token[] {
  return Array.from({ length: spans.length / 3 }, (_, i) => {
    const [id, begin, end] = spans.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    return { id, text: decode(id), bytes: [begin, end], isBos: false };
  });
}

async function loadInThread(line: Line, request: Request, silence: number, signal?: AbortSignal) {
  const silent = () => new TokenizerStopped(`tokenizer: loading it took more than ${silence / 1000} s`);
  try {
    let facts: TokenizerFacts | undefined;
    const hear = (reply: Reply) => {
      if (!('facts' in reply)) refuse(reply);
      facts = reply.facts;
      return true;
    };
    await line.ask(request, { silence, silent, hear, signal });
    return { line, facts: facts! };
  } catch (error) {
    line.end();
    throw error;
  }
}

interface Asking {
  /** Milliseconds without a reply before failing, and the message for it. */
  readonly silence: number;
  readonly silent: () => Error;
  /** Takes a reply; returns true if it was the last. */
  readonly hear: (reply: Reply) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One thread, which handles one request at a time. */
interface Line {
  /** Rejects if the thread is silent or fails, if `hear` throws, or with the signal's reason. */
  ask(request: Request, asking: Asking): Promise<void>;
  end(): void;
}

function openLine(startThread: StartThread): Line {
  let broken: Error | null = null;
  let hearing: { readonly hear: (reply: Reply) => void; readonly fail: (error: Error) => void } | null = null;
  const thread = startThread(
    (reply) => hearing?.hear(reply),
    (reason) => {
      broken = new TokenizerStopped(`tokenizer: its thread ended (${reason})`);
      hearing?.fail(broken);
    },
  );
  const ask = (request: Request, { silence, silent, hear, signal }: Asking): Promise<void> => {
    let stop = (): void => undefined;
    const asked = new Promise<void>((resolve, reject) => {
      signal?.throwIfAborted();
      if (broken) throw broken;
      const watch = watchdog(silence, () => reject(silent()));
      const abort = () => reject(signal!.reason);
      signal?.addEventListener('abort', abort);
      stop = () => {
        hearing = null;
        watch.stop();
        signal?.removeEventListener('abort', abort);
      };
      const heard = (reply: Reply) => {
        watch.reset();
        try {
          if (hear(reply)) resolve();
        } catch (error) {
          reject(error);
        }
      };
      hearing = { hear: heard, fail: reject };
      thread.post(request);
    });
    return asked.finally(() => stop());
  };
  return { ask, end: () => thread.end() };
}

/** How often the clock is checked within a period of silence. */
const LOOKS = 20;

/**
 * Acts after a silence. Counts only time in which this thread runs: a late timer (a long
 * computation here, a computer asleep) counts as one check.
 */
function watchdog(silence: number, act: () => void) {
  let left = LOOKS;
  const timer = setInterval(() => {
    if (--left < 0) act();
  }, silence / LOOKS);
  return {
    reset: () => {
      left = LOOKS;
    },
    stop: () => clearInterval(timer),
  };
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Batches jobs into messages: those of one turn, and those that arrive while others are pending. An
 * unanswered message fails all its jobs; the next goes to a fresh thread from `again`.
 */
function queue(first: Line, again: (stop: AbortSignal) => Promise<Line>, silence: number) {
  const closing = new AbortController();
  const { signal } = closing;
  let line: Line | null = first;
  let waiting: Waiting[] = [];
  let isWorking = false;

  const work = async (): Promise<void> => {
    isWorking = true;
    await null;
    while (waiting.length > 0) {
      const jobs = waiting;
      waiting = [];
      let done = 0;
      const hear = (reply: Reply) => {
        if (!('answers' in reply)) refuse(reply);
        for (const answer of reply.answers) jobs[done++]!.resolve(answer);
        return done === jobs.length;
      };
      const silent = () => tooSlow(jobs[done]!.job, silence);
      try {
        line ??= await again(signal);
        await line.ask({ jobs: jobs.map(({ job }) => job) }, { silence, silent, hear, signal });
      } catch (error) {
        line?.end();
        line = null;
        for (const { reject } of jobs.slice(done)) reject(error);
      }
    }
    isWorking = false;
  };

  return {
    ask(job: Job): Promise<Answer> {
      if (signal.aborted) return Promise.reject(signal.reason);
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        if (!isWorking) void work();
      });
    },
    close() {
      closing.abort(new Error('tokenizer: its model was closed. Ask the open one.'));
      line?.end();
    },
  };
}

function tooSlow(job: Job, silence: number): Error {
  const what = 'chat' in job ? 'chat template: it' : `tokenizer: ${shown(job.text)}`;
  return new TokenizerStopped(`${what} took more than ${silence / 1000} s`);
}
