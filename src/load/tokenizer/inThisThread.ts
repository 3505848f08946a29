/** A tokenizer in this thread, which nothing can end: for tests, and for scripts that open models they trust. */
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
