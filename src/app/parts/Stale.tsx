import { useDraft } from '../context';
import { isSameQuestion } from '../question';
import type { Finding } from '../stores/session';

/** The pictures lag behind the editor until the next run. */
export function Stale({ finding }: { readonly finding: Finding }) {
  const draft = useDraft((state) => state.draft);
  const { asked } = finding;
  if (isSameQuestion(asked, draft)) return null;
  return (
    <p className="small muted stale" role="note">
      The question above has changed. This is still the finding for “{asked.given?.name ?? asked.prompt}”
      until you run it.
    </p>
  );
}
