/** The prompt and its continuation; a bar under each token shows its probability. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { Tooltip } from '../../ui/Tooltip';
import type { GeneratedChip } from './select';
import './generation.css';

export interface GenerationPanelProps {
  /** Visible spaces. */
  readonly prompt: readonly string[];
  readonly chips: readonly GeneratedChip[];
  readonly isGoing: boolean;
}

export function GenerationPanel({ prompt, chips, isGoing }: GenerationPanelProps) {
  const list = useRef<HTMLUListElement>(null);
  const [cursor, setCursor] = useState(0);
  const [shown, setShown] = useState<{ index: number; anchor: DOMRect } | null>(null);
  const focusable = Math.min(cursor, chips.length - 1);

  const show = (index: number, element: Element) =>
    setShown({ index, anchor: element.getBoundingClientRect() });
  const hide = () => setShown(null);

  const key = (event: KeyboardEvent) => {
    const last = chips.length - 1;
    const targets: Record<string, number> = {
      ArrowLeft: Math.max(0, focusable - 1),
      ArrowRight: Math.min(last, focusable + 1),
      Home: 0,
      End: last,
    };
    const next = targets[event.key];
    if (event.key === 'Escape') hide();
    if (next === undefined) return;
    setCursor(next);
    list.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    event.preventDefault();
  };

  const details = shown && chips[shown.index]?.details;
  return (
    <>
      <ul ref={list} className="stream" aria-label="Generated tokens" data-testid="stream" onKeyDown={key}>
        {prompt.map((text, i) => (
          <li key={`prompt ${i}`} className="chip bos">
            {text}
          </li>
        ))}
        {chips.map((chip, index) => (
          <li key={index}>
            <button
              type="button"
              className="chip generated"
              tabIndex={index === focusable ? 0 : -1}
              aria-label={chip.label}
              data-index={index}
              data-testid="generated"
              style={{ '--p': chip.p } as React.CSSProperties}
              onPointerEnter={(event) => show(index, event.currentTarget)}
              onPointerLeave={hide}
              onFocus={(event) => {
                setCursor(index);
                show(index, event.currentTarget);
              }}
              onBlur={hide}
            >
              {chip.text}
            </button>
          </li>
        ))}
        {isGoing && <li className="caret" aria-hidden="true" />}
      </ul>
      {shown && details && (
        <Tooltip anchor={shown.anchor}>
          <strong>{chips[shown.index]!.text}</strong>
          <p className="muted">{details.place}</p>
          <dl className="pairs">
            <div>
              <dt>the model gave it</dt>
              <dd>{details.p}</dd>
            </div>
            {details.drawn !== null && (
              <div>
                <dt>drawn with</dt>
                <dd>{details.drawn}</dd>
              </div>
            )}
          </dl>
          <p className="muted generation-top">Most likely here</p>
          <dl className="pairs">
            {details.top.map(({ text, p, isChosen }, i) => (
              <div key={i} className={isChosen ? 'is-chosen' : undefined}>
                <dt>{text}</dt>
                <dd>{p}</dd>
              </div>
            ))}
          </dl>
        </Tooltip>
      )}
    </>
  );
}
