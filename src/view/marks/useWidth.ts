import { useLayoutEffect, useState, type RefObject } from 'react';

const measures = new Set<() => void>();

/** Measures at once what would wait for the next frame, e.g. before paper is drawn. */
export function measureWidths(): void {
  for (const measure of measures) measure();
}

/** The width of an element in pixels, as it changes; 0 before it is known. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observed = element.current!;
    const measure = () => setWidth(observed.clientWidth);
    measure();
    measures.add(measure);
    const observer = new ResizeObserver(measure);
    observer.observe(observed);
    return () => {
      measures.delete(measure);
      observer.disconnect();
    };
  }, [element]);
  return width;
}
