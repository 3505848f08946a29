import { BUILTIN_MODELS } from '../../load/builtin';
import { Button } from '../../ui/Button';
import { openModel } from '../actions/model';
import { askSame } from '../actions/run';
import { useDraft, useLoci, useStatus } from '../context';
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

/** Opens the finding's own model, if it comes with the page. */
function OpenIts({ model }: { readonly model: Finding['document']['model'] }) {
  const loci = useLoci();
  const isBusy = useStatus(({ opening, run, gpuMissing }) => (opening ?? run ?? gpuMissing) !== null);
  const own = BUILTIN_MODELS.find(({ id }) => id === model.id);
  if (!own || model.revision !== 'builtin') return null;
  return (
    <Button
      look="link"
      data-testid="open-its-model"
      disabled={isBusy}
      onClick={() => void openModel(loci, { kind: 'builtin', id: own.id })}
    >
      Open {own.title}
    </Button>
  );
}
