/** A button with a sheet below it; Escape or a click outside closes it. */
import { useEffect, useRef, type ReactNode } from 'react';

export interface MenuProps {
  readonly label: ReactNode;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly children: ReactNode;
  readonly testId?: string;
  readonly align?: 'left' | 'right';
  readonly className?: string;
}

export function Menu({ label, open, onOpen, children, testId, align = 'left', className = '' }: MenuProps) {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      onOpen(false);
      box.current!.querySelector('summary')!.focus();
    };
    const outside = (event: PointerEvent) => {
      if (!box.current!.contains(event.target as Node)) onOpen(false);
    };
    document.addEventListener('keydown', close);
    document.addEventListener('pointerdown', outside);
    return () => {
      document.removeEventListener('keydown', close);
      document.removeEventListener('pointerdown', outside);
    };
  }, [open, onOpen]);
  return (
    <details
      ref={box}
      className={`menu ${align} ${className}`}
      data-testid={testId}
      open={open}
      onToggle={(event) => onOpen(event.currentTarget.open)}
    >
      <summary className="button">{label}</summary>
      <div className="menu-sheet">{children}</div>
    </details>
  );
}
