/** Wheel, drag and pinch by d3-zoom; loaded with the first picture that can be enlarged. */
import { select } from 'd3-selection';
import { type D3ZoomEvent, zoom, zoomIdentity } from 'd3-zoom';
import type { Box } from './scene';
import { CLICK, transformOf, type View, viewOf } from './zoom';

/** Largest step of one wheel event, as a power of two. */
const MOST_STEP = 0.5;

export interface Gestures {
  /** The view, if something else changed it. */
  show(view: View): void;
  remove(): void;
}

/** A plain wheel, and a drag or one finger over the whole picture, are left to the page. */
function isMeant(event: Event, k: number): boolean {
  if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey;
  if (event instanceof MouseEvent) return k > 1 && event.button === 0 && !event.ctrlKey && !event.metaKey;
  return k > 1 || (event as TouchEvent).touches.length > 1;
}

/** A notch of a wheel sends 100 pixels, a pinch on a touch pad a few. */
function stepOf({ deltaY, deltaMode }: WheelEvent): number {
  const step = deltaY * (deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 0.02 : 0.5);
  return -Math.min(MOST_STEP, Math.max(-MOST_STEP, step));
}

export function gestures(
  element: HTMLElement,
  plot: Box,
  most: number,
  onView: (view: View) => void,
): Gestures {
  const picture = select<HTMLElement, unknown>(element);
  let k = 1;
  const extent: [[number, number], [number, number]] = [
    [plot.x, plot.y],
    [plot.x + plot.width, plot.y + plot.height],
  ];
  const behaviour = zoom<HTMLElement, unknown>()
    .extent(extent)
    .translateExtent(extent)
    .scaleExtent([1, most])
    .clickDistance(CLICK)
    .wheelDelta(stepOf)
    .filter((event: Event) => isMeant(event, k))
    .on('zoom', ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => {
      k = transform.k;
      onView(viewOf(transform, plot));
    });
  picture
    .call(behaviour)
    .on('dblclick.zoom', null)
    // d3-zoom ignores the wheel at either end, and the browser would zoom the page.
    .on('wheel.page', (event: WheelEvent) => isMeant(event, k) && event.preventDefault(), { passive: false });
  return {
    show: (view) => {
      k = view.k;
      const { x, y } = transformOf(view, plot);
      picture.property('__zoom', zoomIdentity.translate(x, y).scale(k));
    },
    remove: () => picture.on('.zoom', null).on('.page', null),
  };
}
