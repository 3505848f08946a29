/** What the model says without and with the edits. */
import { percent, plain } from '../../../results/format';
import { whyNotAsked } from '../../actions/answer';
import { useEdits, useStatus } from '../../context';
import type { EditedAnswer } from '../../stores/edits';
import type { Finding } from '../../stores/session';

interface AnswerProps {
  readonly finding: Finding;
  readonly isLive?: boolean;
}

/** In the bar it repeats the line above the picture, silently. */
export function Answer({ finding, isLive = true }: AnswerProps) {
  const answer = useEdits((state) => state.answer);
  const error = useEdits((state) => state.error);
  const isAsking = useEdits((state) => state.isAsking);
  const missing = useStatus((state) => whyNotAsked(state, finding.document.model));
  return (
    <p
      className="edit-answer"
      aria-live={isLive ? 'polite' : 'off'}
      aria-busy={isAsking}
      data-testid={isLive ? 'edit-answer' : undefined}
      data-state={isAsking ? 'asking' : 'told'}
    >
      {error !== null ? (
        <span className="error small">{error}</span>
      ) : answer ? (
        <Said answer={answer} />
      ) : (
        <span className="muted small">{missing ?? 'Asking the model.'}</span>
      )}
    </p>
  );
}

function Said({ answer: { before, after, kl } }: { readonly answer: EditedAnswer }) {
  const [was, is] = [before[0], after[0]];
  if (!was || !is) return null;
  const kept = after.find(({ text }) => text === was.text);
  const isOther = is.text !== was.text;
  return (
    <>
      <span>
        {was.text} {percent(was.p)}
      </span>
      {kl !== null && (
        <>
          {' → '}
          <strong>
            {is.text} {percent(is.p)}
          </strong>
        </>
      )}
      <span className="muted small">
        {kl === null
          ? ' no edit is on'
          : `${isOther && kept ? ` ${was.text} ${percent(kept.p)},` : ''} KL ${plain(kl)} nats`}
      </span>
    </>
  );
}
