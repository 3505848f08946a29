/** A tooltip beside a rectangle; flips sides if it does not fit. */
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';

export interface TooltipProps {
  readonly anchor: DOMRect;
  readonly children: ReactNode;
}

const GAP = 8;

export function Tooltip({ anchor, children }: TooltipProps) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: anchor.right + GAP, top: anchor.bottom + GAP });
  useLayoutEffect(() => {
    const size = box.current!.getBoundingClientRect();
    const fitsRight = anchor.right + GAP + size.width < window.innerWidth;
    const left = fitsRight ? anchor.right + GAP : Math.max(GAP, anchor.left - GAP - size.width);
    const top = Math.max(GAP, Math.min(anchor.bottom + GAP, window.innerHeight - size.height - GAP));
    setPlace({ left, top });
  }, [anchor]);
  return (
    <div ref={box} className="tooltip" role="tooltip" data-testid="tooltip" style={place}>
      {children}
    </div>
  );
}
