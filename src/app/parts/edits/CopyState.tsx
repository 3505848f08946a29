/** Copies the state of a place into another: what dragging a cell does, by buttons. */
import { Button } from '../../../ui/Button';
import { copyState, putState } from '../../actions/copyState';
import { useEdits, useLoci, useStatus } from '../../context';
import { placeText, whyNoCopy, whyNoState } from '../../copiedState';
import type { Place } from '../../edits';

export function CopyState({ place, labels }: { readonly place: Place; readonly labels: readonly string[] }) {
  const loci = useLoci();
  const model = useStatus((state) => state.model!.spec);
  const copied = useEdits((state) => state.copied);
  const whyNot = whyNoState(model, place);
  const problem = copied && whyNoCopy(model, copied, place);
  return (
    <div className="edit-copy">
      <div className="edit-verbs" role="group" aria-label="Copy">
        <Button
          small
          data-testid="copy-state"
          disabled={whyNot !== null}
          title={whyNot ?? 'Keep this state, to put it into another place'}
          onClick={() => copyState(loci, place)}
        >
          Copy state
        </Button>
        <Button
          small
          data-testid="patch-here"
          disabled={copied === null || problem !== null}
          title="Put the copied state in here"
          onClick={() => void putState(loci, copied!, place)}
        >
          Patch here
        </Button>
      </div>
      <p className="muted small" role="status">
        {copied ? (
          `Copied: ${placeText(model, copied, labels)}. ${problem ?? ''}`
        ) : (
          <span className="with-mouse">Or drag a cell of the map onto another.</span>
        )}
      </p>
    </div>
  );
}
