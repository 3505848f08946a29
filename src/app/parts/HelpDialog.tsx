/** How to use the page, and its keys. */
import { useRef } from 'react';
import { Button } from '../../ui/Button';
import { useLoci, useStatus } from '../context';

const KEYS: readonly (readonly [string, string])[] = [
  ['Arrow keys', 'move in a picture'],
  ['Enter', 'keep the cell in the inspector'],
  ['Escape', 'let it go'],
  ['Home, End', 'first and last column'],
  ['Shift + arrow keys', 'mark the subject, on the token chips'],
  ['Ctrl + Enter', 'run, in the prompt'],
];

export function HelpDialog() {
  const loci = useLoci();
  const isRunning = useStatus((state) => state.run !== null);
  const dialog = useRef<HTMLDialogElement>(null);
  const tour = () => {
    // First, so that the tour can take the focus.
    dialog.current!.close();
    loci.view.setState({ tour: 'on' });
  };
  return (
    <>
      <Button
        look="icon"
        data-testid="help"
        aria-label="Help and keys"
        title="Help and keys"
        onClick={() => dialog.current!.showModal()}
      >
        ?
      </Button>
      <dialog ref={dialog} className="dialog" aria-labelledby="help-title">
        <form method="dialog">
          <h2 id="help-title">Where, inside the model, does an answer come from?</h2>
          <p>
            A causal trace asks it in three runs. The clean run answers the prompt. The corrupted run gets
            noise on the subject and forgets. Then one state of the clean run is put back into the corrupted
            one: if the answer returns, what is needed for it passes through that place.
          </p>
          <p>Type a prompt, drag over the tokens of its subject, press Run.</p>
          <Button
            data-testid="help-tour"
            disabled={isRunning}
            title={isRunning ? 'After the run' : undefined}
            onClick={tour}
          >
            Take the tour: six steps on this page
          </Button>
          <dl className="pairs keys">
            {KEYS.map(([key, meaning]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <p className="small muted">
            Loci is free software.{' '}
            <a href="./third-party-notices.txt" target="_blank" rel="noreferrer">
              Licences of it and of what it contains
            </a>
          </p>
          <Button type="submit">Close</Button>
        </form>
      </dialog>
    </>
  );
}
