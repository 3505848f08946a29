/** Token chips: drag, or shift and arrow keys, to mark a range. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';

export interface Chip {
  /** Visible spaces: '·'. */
  readonly text: string;
  /** Position, if the token repeats. */
  readonly index: number | null;
  /** Shown, but outside any range. */
  readonly isBos: boolean;
}

export interface TokenChipsProps {
  readonly chips: readonly Chip[];
  /** [begin, end) */
  readonly range: readonly [number, number] | null;
  readonly label: string;
  readonly onRange: (range: readonly [number, number]) => void;
}

export function TokenChips({ chips, range, label, onRange }: TokenChipsProps) {
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<number | null>(null);
  const first = chips[0]?.isBos ? 1 : 0;
  const last = chips.length - (chips.length > 1 && chips.at(-1)!.isBos ? 2 : 1);
  const [cursor, setCursor] = useState(first);
  const focusable = Math.min(Math.max(cursor, first), last);

  // Shows the marked tokens' line where there is room for one.
  const marked = range?.[0] ?? 0;
  useEffect(() => {
    if (anchor.current !== null || list.current!.matches(':hover, :focus-within')) return;
    const chip = list.current!.querySelector<HTMLElement>(`[data-index="${marked}"]`);
    list.current!.scrollTop = chip ? chip.offsetTop - 1 : 0;
  }, [marked]);

  const mark = (to: number) => {
    const from = anchor.current ?? to;
    onRange([Math.min(from, to), Math.max(from, to) + 1]);
    setCursor(to);
  };

  const begin = (event: PointerEvent) => {
    const index = indexAt(event.clientX, event.clientY);
    if (index === null || index < first || index > last || event.button !== 0) return;
    anchor.current = index;
    list.current!.setPointerCapture(event.pointerId);
    mark(index);
  };

  const drag = (event: PointerEvent) => {
    if (event.buttons === 0 || anchor.current === null) return;
    const index = indexAt(event.clientX, event.clientY);
    if (index !== null && index >= first && index <= last && index !== cursor) mark(index);
  };

  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step !== 0) {
      const next = Math.min(last, Math.max(first, focusable + step));
      if (event.shiftKey) {
        anchor.current ??= focusable;
        mark(next);
      } else {
        anchor.current = null;
        setCursor(next);
      }
      list.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      anchor.current = focusable;
      mark(focusable);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={list}
      className="chips"
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-orientation="horizontal"
      onPointerDown={begin}
      onPointerMove={drag}
      onKeyDown={key}
    >
      {chips.map((chip, index) => (
        <span
          key={index}
          role="option"
          aria-selected={range !== null && index >= range[0] && index < range[1]}
          aria-disabled={chip.isBos || undefined}
          tabIndex={index === focusable ? 0 : -1}
          className={chip.isBos ? 'chip bos' : 'chip'}
          data-testid="chip"
          data-index={index}
          title={chip.isBos ? 'Added around the prompt, not of it' : `position ${index}`}
        >
          <ChipText text={chip.text} />
          {!chip.isBos && chip.index !== null && <sub>{chip.index}</sub>}
        </span>
      ))}
    </div>
  );
}

function ChipText({ text }: { readonly text: string }) {
  const spaces = /^·*/.exec(text)![0];
  return (
    <>
      {spaces && <span className="space">{spaces}</span>}
      {text.slice(spaces.length)}
    </>
  );
}

/** The chip at a point; pointer capture sends all events to the list. */
function indexAt(x: number, y: number): number | null {
  const chip = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-testid="chip"]');
  return chip ? Number(chip.dataset.index) : null;
}
