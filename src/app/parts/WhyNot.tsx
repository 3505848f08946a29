/** Why the question cannot be asked, or what it lacks. */
import { useDraft } from '../context';

export function WhyNot() {
  const problem = useDraft((state) => state.problem);
  const hint = useDraft((state) => state.hint);
  return (
    <>
      <p className="error" role="alert" data-testid="question-problem">
        {problem}
      </p>
      <p className="hint" role="note" data-testid="question-hint">
        {hint}
      </p>
    </>
  );
}
