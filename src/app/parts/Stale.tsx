import { nameOfSource, sourceOfModel } from '../../load/source';
import { Button } from '../../ui/Button';
import { openModel, previewModel } from '../actions/model';
import { askSame } from '../actions/run';
import { useDraft, useLoci, useStatus } from '../context';
import { hubBase } from '../hubBase';
import { otherModel } from '../otherModel';
import { isSameQuestion } from '../question';
import type { Finding } from '../stores/session';

/** The pictures lag behind the editor until the next run, or behind the open model. */
export function Stale({ finding }: { readonly finding: Finding }) {
  const draft = useDraft((state) => state.draft);
  const open = useStatus((state) => state.model);
  const isBusy = useStatus(({ opening, run, gpuMissing }) => (opening ?? run ?? gpuMissing) !== null);
  const loci = useLoci();
  const { asked, document } = finding;
  const other = open && otherModel(document.model, open);
  const canAnswer = open !== null && open.spec.head !== 'none' && !asked.given;
  return (
    <div className="stale">
      {other !== null && (
        <p role="note" data-testid="other-model">
          This finding is about {other}.
        </p>
      )}
      {other !== null && <OpenIts model={document.model} />}
      {other !== null && canAnswer && (
        <Button
          look="link"
          data-testid="ask-same"
          disabled={isBusy}
          onClick={() => void askSame(loci, finding)}
        >
          Ask {open.title} the same
        </Button>
      )}
      {other === null && !isSameQuestion(asked, draft) && (
        <p role="note">
          The question above has changed. This is still the finding for “{asked.given?.name ?? asked.prompt}”
          until you run it.
        </p>
      )}
    </div>
  );
}

/** Opens the finding's own model: at once if it comes with the page, else by what it costs. */
function OpenIts({ model }: { readonly model: Finding['document']['model'] }) {
  const loci = useLoci();
  const isBusy = useStatus(({ opening, run, gpuMissing }) => (opening ?? run ?? gpuMissing) !== null);
  const source = sourceOfModel(model);
  if (!source) return null;
  const isHere = source.kind === 'builtin';
  const open = () => {
    const base = hubBase();
    if (isHere) void openModel(loci, source);
    else void previewModel(loci, { ...source, ...(base !== '' && { base }) });
  };
  return (
    <Button look="link" data-testid="open-its-model" disabled={isBusy} onClick={open}>
      {isHere ? `Open ${nameOfSource(source)}` : 'Look it up on the hub'}
    </Button>
  );
}
