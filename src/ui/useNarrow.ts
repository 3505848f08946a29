/** Whether the page is one column. */
import { useSyncExternalStore } from 'react';

const query = '(max-width: 799px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(
    listen,
    () => window.matchMedia(query).matches,
    () => false,
  );
}

function listen(onChange: () => void): () => void {
  const list = window.matchMedia(query);
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}
