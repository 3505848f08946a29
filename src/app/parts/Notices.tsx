/** Warnings before a run: a line each, with a button if there is a fix. */
import { Button } from '../../ui/Button';
import { applyNotice } from '../actions/notices';
import { useDraft, useLoci } from '../context';

export function Notices() {
  const loci = useLoci();
  const notices = useDraft((state) => state.notices);
  return (
    <ul className="notices small" aria-live="polite" data-testid="notices">
      {notices.map(({ text, blocks, fix }) => (
        <li key={text} className={blocks ? 'blocks' : undefined}>
          <span>{text}</span>
          {fix && (
            <Button look="link" small onClick={() => void applyNotice(loci, fix.change)}>
              {fix.label}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
