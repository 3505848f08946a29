/** The thread's side: loads a tokenizer and handles jobs in sequence. */
import { reasonOf } from '../../util/reason';
import { type ChatTokens, renderChat } from '../chatTemplate';
import type { BosHints } from '../tokenizer';
import { type ReadTokenizer, readTokenizer, type TokenizerFacts, type TokenizerFiles } from './files';

export type Job = { readonly text: string } | { readonly chat: string; readonly tokens: ChatTokens };

export type Request =
  | { readonly files: TokenizerFiles; readonly hints: BosHints }
  | { readonly jobs: readonly Job[] };

/** The answer to one job. A token is three numbers: id, first byte, byte after the last. */
export type Answer =
  | { readonly spans: Int32Array<ArrayBuffer> }
  | { readonly chat: string }
  | { readonly problem: string };

export type Reply =
  | { readonly facts: TokenizerFacts }
  | { readonly problem: string }
  /** Answers to the next jobs, in order. */
  | { readonly answers: readonly Answer[] };

/** Finished answers are sent after this many ms: a long list of jobs must not seem silent. */
const PATIENCE = 50;

/** Returns the handler of a thread's requests. */
export function serveTokenizer(post: (reply: Reply) => void): (request: Request) => Promise<void> {
  let open: ReadTokenizer | null = null;
  const load = async (files: TokenizerFiles, hints: BosHints): Promise<Reply> => {
    try {
      open = await readTokenizer(files, hints);
      return { facts: open.facts };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
  return async (request) => {
    if ('files' in request) return post(await load(request.files, request.hints));
    let answers: Answer[] = [];
    let since = performance.now();
    for (const job of request.jobs) {
      answers.push(await answer(job, open!));
      if (performance.now() - since < PATIENCE) continue;
      post({ answers });
      answers = [];
      since = performance.now();
    }
    post({ answers });
  };
}

async function answer(job: Job, { tokenizer, chatTemplate }: ReadTokenizer): Promise<Answer> {
  try {
    if ('chat' in job) return { chat: await renderChat(chatTemplate!, job.chat, job.tokens) };
    const tokens = tokenizer.encode(job.text);
    return { spans: Int32Array.from(tokens.flatMap(({ id, bytes }) => [id, ...bytes!])) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/**
 * Our own messages are plain Errors; anything else (a stack overflow, an oversized pattern) is
 * translated to one.
 */
function problemOf(error: unknown): string {
  if (error instanceof Error && error.constructor === Error) return error.message;
  return `tokenizer: cannot be used (${reasonOf(error)}). Open another model.`;
}
