/** All questions; those that cannot be asked are grey, with the reason. */
import { useMemo } from 'react';
import { Button } from '../../ui/Button';
import { chooseQuestion } from '../actions/question';
import { lacking, type Question } from '../catalogue';
import { useDraft, useLoci, useStatus } from '../context';
import { subjectOf } from '../question';

interface Asking extends Question {
  /** What is missing; null if it can be asked. */
  readonly missing: string | null;
}

/** The questions in order, with what is missing. Only the trace until they load. */
function useQuestions(): readonly Asking[] | null {
  const catalogue = useStatus((state) => state.catalogue);
  const model = useStatus((state) => state.model);
  const draft = useDraft((state) => state.draft);
  return useMemo(
    () =>
      catalogue?.map((question) => {
        const subject = subjectOf({ ...draft, kind: question.kind }, { model, catalogue });
        return { ...question, missing: lacking(question, draft, model, subject !== null) };
      }) ?? null,
    [catalogue, model, draft],
  );
}

export function Questions({ onMap }: { readonly onMap: () => void }) {
  const loci = useLoci();
  const questions = useQuestions();
  const kind = useDraft((state) => state.draft.kind);
  return (
    <nav aria-label="Questions" className="questions" data-testid="questions">
      <h2>Questions</h2>
      <ol>
        {questions?.map(({ kind: other, about, missing }) => (
          <li key={other}>
            <button
              type="button"
              data-testid={`question-${other}`}
              aria-current={other === kind || undefined}
              className={missing === null ? undefined : 'lacking'}
              title={missing === null ? about.title : `${about.title}: needs ${missing}`}
              onClick={() => void chooseQuestion(loci, other)}
            >
              {about.asks}
              {missing !== null && <span className="small">needs {missing.split(':')[0]}</span>}
            </button>
          </li>
        ))}
      </ol>
      <Button look="link" small data-testid="open-map" onClick={onMap}>
        Map of experiments
      </Button>
    </nav>
  );
}

/** The same choice in less space. */
export function QuestionSelect() {
  const loci = useLoci();
  const questions = useQuestions();
  const kind = useDraft((state) => state.draft.kind);
  return (
    <label className="labelled question-select">
      <span>Question</span>
      <select
        className="field"
        data-testid="question-select"
        value={kind}
        onChange={(event) => void chooseQuestion(loci, event.target.value)}
      >
        {questions ? (
          questions.map(({ kind: other, about, missing }) => (
            <option key={other} value={other}>
              {about.asks}
              {missing !== null && ` (needs ${missing.split(':')[0]})`}
            </option>
          ))
        ) : (
          <option value={kind}>Where is the fact?</option>
        )}
      </select>
    </label>
  );
}
