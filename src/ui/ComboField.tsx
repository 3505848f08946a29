/** A line of text with a list of choices below it: type to filter, arrows move, Enter takes one. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { TextField } from './TextField';

export interface Choice {
  readonly value: string;
  readonly text: string;
  /** At the right, e.g. a probability. */
  readonly note: string;
}

export interface ComboFieldProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  /** Choices for a text that is not among them. */
  readonly find?: (text: string) => Promise<readonly Choice[]>;
  readonly onChange: (value: string) => void;
}

export function ComboField({ label, testId, value, placeholder, choices, find, onChange }: ComboFieldProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  /** All choices are listed until something is typed. */
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(-1);
  const found = useFound(find, open ? typed : '');
  const like = typed.toLowerCase();
  const near = choices.filter(({ text }) => text.toLowerCase().includes(like));
  const listed = [...near, ...found.filter((one) => near.every((other) => other.value !== one.value))];
  const isShown = open && listed.length > 0;
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const show = (text: string) => {
    setTyped(text);
    setAt(-1);
    setOpen(true);
  };
  const take = (choice: Choice) => {
    setOpen(false);
    onChange(choice.value);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isShown) return show('');
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((at + step + listed.length + Number(at < 0 && step < 0)) % listed.length);
    } else if (event.key === 'Enter' && isShown && listed[at]) take(listed[at]);
    else if (event.key === 'Escape' && isShown) {
      // The page's Escape releases its selection.
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div className="combo">
      <TextField
        label={label}
        className="token"
        data-testid={testId}
        role="combobox"
        aria-expanded={isShown}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={isShown && at >= 0 ? `${id}-${at}` : undefined}
        value={value}
        placeholder={placeholder}
        onClick={() => show('')}
        onBlur={() => setOpen(false)}
        onKeyDown={key}
        onChange={(text) => {
          show(text);
          onChange(text);
        }}
      />
      <div ref={list} id={id} role="listbox" aria-label={label} className="combo-list" hidden={!isShown}>
        {listed.map((choice, i) => (
          <div
            key={i}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            // Before the field loses its focus, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              take(choice);
            }}
          >
            <span className="combo-text">{choice.text}</span>
            <span className="muted">{choice.note}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The newest text's choices. */
function useFound(find: ComboFieldProps['find'], text: string): readonly Choice[] {
  const [found, setFound] = useState<readonly Choice[]>([]);
  useEffect(() => {
    setFound([]);
    if (!find || text === '') return;
    let isCurrent = true;
    // A text that cannot be encoded has no choices.
    void find(text).then(
      (choices) => isCurrent && setFound(choices),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [find, text]);
  return found;
}
