import { useDraft, useStatus } from '../context';
import { otherModel } from '../otherModel';
import { isSameQuestion } from '../question';
import type { Finding } from '../stores/session';

/** The pictures lag behind the editor until the next run, or behind the open model. */
export function Stale({ finding }: { readonly finding: Finding }) {
  const draft = useDraft((state) => state.draft);
  const open = useStatus((state) => state.model);
  const { asked, document } = finding;
  const other = open && otherModel(document.model, open);
  return (
    <div className="stale">
      {other !== null && (
        <p role="note" data-testid="other-model">
          This finding is about {other}. Its numbers are those of {document.model.title}; Run asks the open
          model.
        </p>
      )}
      {!isSameQuestion(asked, draft) && (
        <p role="note">
          The question above has changed. This is still the finding for “{asked.given?.name ?? asked.prompt}”
          until you run it.
        </p>
      )}
    </div>
  );
}
