import { useLayoutEffect, useState, type RefObject } from 'react';

/** Left below a picture, for the first lines of its caption. */
const BELOW = 56;
const LEAST = 240;

/**
 * Pixels from an element's top to the end of the window when the page is not scrolled, less `below`
 * for what stands between it and its caption; 0 at first.
 */
export function useRoom(element: RefObject<HTMLElement | null>, below = 0): number {
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const top = element.current!.getBoundingClientRect().top + window.scrollY;
      setRoom(Math.max(LEAST, Math.round(window.innerHeight - top - BELOW - below)));
    };
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, [element, below]);
  return room;
}
