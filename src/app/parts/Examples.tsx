/** The worked examples: a list in the left column, or a menu where there is none. */
import { useState } from 'react';
import { useNoLeftColumn } from '../../ui/useNarrow';
import { showExample } from '../actions/boot';
import { useLoci, useStatus } from '../context';
import { examples } from '../examples';
import { Menu } from './Menu';

export function Examples() {
  if (useNoLeftColumn()) return null;
  return (
    <nav aria-label="Worked examples" className="examples">
      <h2>Worked examples</h2>
      <List />
    </nav>
  );
}

export function ExamplesMenu() {
  const [isOpen, setOpen] = useState(false);
  if (!useNoLeftColumn()) return null;
  return (
    <Menu label="Examples" open={isOpen} onOpen={setOpen} testId="examples-menu">
      <nav aria-label="Worked examples" className="examples">
        {isOpen && <List onOpen={() => setOpen(false)} />}
      </nav>
    </Menu>
  );
}

function List({ onOpen }: { readonly onOpen?: () => void }) {
  const loci = useLoci();
  const isRunning = useStatus((state) => state.run !== null);
  return (
    <ol>
      {examples.map(({ title, note }, index) => (
        <li key={title}>
          <button
            type="button"
            data-testid="example"
            className="entry"
            title={note}
            data-index={index}
            disabled={isRunning}
            onClick={() => {
              onOpen?.();
              void showExample(loci, index);
            }}
          >
            <span>{title}</span>
            <span className="small muted">{note}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
