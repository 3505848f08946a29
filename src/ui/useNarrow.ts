/** The page's widths, as in src/app/narrow.css. */
import { useSyncExternalStore } from 'react';

/** Whether the page is one column. */
export const useNarrow = (): boolean => useMedia('(max-width: 799px)');

/** Whether there are columns, but none on the left beside the picture. */
export const useNoLeftColumn = (): boolean => useMedia('(min-width: 800px) and (max-width: 1240px)');

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}
