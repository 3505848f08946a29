/** Tabs after ARIA: one stop of the Tab key, arrow keys, Home and End choose. */
import type { KeyboardEvent } from 'react';
import { movedTo } from './oneStop';

export interface TabsProps<Name extends string> {
  readonly label: string;
  readonly names: readonly Name[];
  readonly selected: Name;
  readonly onSelect: (name: Name) => void;
}

export const tabId = (name: string): string => `tab-${name}`;
export const panelId = (name: string): string => `panel-${name}`;

export function Tabs<Name extends string>({ label, names, selected, onSelect }: TabsProps<Name>) {
  const key = (event: KeyboardEvent) => {
    const next = movedTo(event.key, names.indexOf(selected), names.length);
    if (next === null) return;
    event.preventDefault();
    onSelect(names[next]!);
    document.getElementById(tabId(names[next]!))?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={key}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={tabId(name)}
          aria-selected={name === selected}
          aria-controls={panelId(name)}
          tabIndex={name === selected ? 0 : -1}
          onClick={() => onSelect(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
