/** One of a few, chosen in one line: radio buttons, one stop of the Tab key. */
import type { KeyboardEvent } from 'react';
import { movedTo } from './oneStop';
import './segments.css';

export interface SegmentsProps<Name extends string> {
  readonly label: string;
  readonly className?: string;
  readonly choices: readonly (readonly [name: Name, text: string])[];
  readonly chosen: Name;
  /** Default false. */
  readonly isDisabled?: boolean;
  readonly onChoose: (name: Name) => void;
}

export function Segments<Name extends string>(props: SegmentsProps<Name>) {
  const { label, className = '', choices, chosen, isDisabled = false, onChoose } = props;
  const key = (event: KeyboardEvent<HTMLElement>) => {
    const at = choices.findIndex(([name]) => name === chosen);
    const next = movedTo(event.key, at, choices.length);
    if (next === null || isDisabled) return;
    event.preventDefault();
    onChoose(choices[next]![0]);
    event.currentTarget.querySelectorAll<HTMLElement>('[role=radio]')[next]!.focus();
  };
  return (
    <div
      className={`segments small ${className}`.trim()}
      role="radiogroup"
      aria-label={label}
      aria-disabled={isDisabled}
      onKeyDown={key}
    >
      {choices.map(([name, text]) => (
        <button
          key={name}
          type="button"
          role="radio"
          aria-checked={name === chosen}
          disabled={isDisabled}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
