/**
 * A tokenizer in the current thread, which nothing can interrupt: for tests, and for scripts with
 * trusted models.
 */
import type { StartThread } from './connection';
import { serveTokenizer } from './serve';

export const inThisThread: StartThread = (hear) => {
  let isOpen = true;
  const serve = serveTokenizer((reply) => isOpen && hear(reply));
  return {
    post: (request) => void serve(request),
    end: () => {
      isOpen = false;
    },
  };
};
