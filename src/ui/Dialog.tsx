/** A dialog over the page, open while it is drawn; Escape or its button closes it. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './Button';

interface DialogProps {
  readonly title: string;
  readonly className: string;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, className, testId, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={id}
      data-testid={testId}
      onClose={onClose}
    >
      <form method="dialog">
        <h2 id={id}>{title}</h2>
        {children}
        <Button type="submit">Close</Button>
      </form>
    </dialog>
  );
}
