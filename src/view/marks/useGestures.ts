import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { Gestures } from './gestures';
import type { Box } from './scene';
import type { View } from './zoom';

/** Enlarges an element's plot by wheel, drag and pinch. Null: it shows everything at once. */
export function useGestures(
  element: RefObject<HTMLElement | null>,
  plot: (Box & { readonly most: number }) | null,
  view: View,
  onView: (view: View) => void,
): void {
  const made = useRef<Gestures | null>(null);
  const latest = useRef({ view, onView });
  latest.current = { view, onView };
  const { x, y, width, height, most } = plot ?? { x: 0, y: 0, width: 0, height: 0, most: 1 };
  useEffect(() => {
    if (most === 1) return;
    let isGone = false;
    import('./gestures').then(
      ({ gestures }) => {
        if (isGone) return;
        const box = { x, y, width, height };
        made.current = gestures(element.current!, box, most, (next) => latest.current.onView(next));
        made.current.show(latest.current.view);
      },
      // Buttons and keys zoom without it.
      () => undefined,
    );
    return () => {
      isGone = true;
      made.current?.remove();
      made.current = null;
    };
  }, [element, x, y, width, height, most]);
  useLayoutEffect(() => made.current?.show(view), [view]);
}
