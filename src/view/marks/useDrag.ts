/**
 * Dragging a cell with the mouse. It begins after a few pixels, so that a click stays a click, and
 * does not capture the pointer, so every picture below still says what is pointed at.
 * Touch and pen scroll; they never drag.
 */
import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import type { Reach } from './reach';

/** A drag over one picture or several. */
export interface Drag {
  /** The dragged cell, and what its state would reach from the pointed one. */
  readonly from: number | null;
  readonly reach: Reach | null;
  readonly onBegin: (cell: number) => void;
  /** Dropped at what is pointed at, or given up. */
  readonly onEnd: (isDropped: boolean) => void;
}

/** Pixels of a click that shakes. */
const SHAKE = 5;

export function useDrag(drag: Drag | undefined) {
  const latest = useRef(drag);
  latest.current = drag;
  const wasDrag = useRef(false);
  const giveUp = useRef<() => void>(undefined);
  useEffect(() => () => giveUp.current?.(), []);

  const press = ({ pointerType, button, clientX, clientY }: PointerEvent, cell: number | null) => {
    wasDrag.current = false;
    if (!drag || cell === null || pointerType !== 'mouse' || button !== 0) return;
    const over = new AbortController();
    const { signal } = over;
    const end = (isDropped: boolean) => {
      if (signal.aborted) return;
      over.abort();
      if (wasDrag.current) latest.current?.onEnd(isDropped);
    };
    giveUp.current = () => end(false);
    const move = (event: globalThis.PointerEvent) => {
      if (event.buttons === 0) return end(false);
      if (wasDrag.current || Math.hypot(event.clientX - clientX, event.clientY - clientY) < SHAKE) return;
      wasDrag.current = true;
      latest.current?.onBegin(cell);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !wasDrag.current) return;
      event.stopPropagation();
      end(false);
    };
    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('pointerup', () => end(true), { signal });
    window.addEventListener('pointercancel', () => end(false), { signal });
    window.addEventListener('blur', () => end(false), { signal });
    window.addEventListener('keydown', key, { signal, capture: true });
  };
  /** The click that ends a drag; a click without a button is a screen reader's. */
  const endsDrag = ({ detail }: MouseEvent): boolean => detail > 0 && wasDrag.current;
  return { press, endsDrag };
}
