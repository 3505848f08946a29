/** All questions in four groups; behind 'more' those that cannot be asked now, with the reason. */
import { useMemo } from 'react';
import { Button } from '../../ui/Button';
import { chooseQuestion } from '../actions/question';
import { lacking, type Question } from '../catalogue';
import type { QuestionGroup } from '../../experiments/experiment';
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

const GROUPS: Readonly<Record<QuestionGroup, string>> = {
  where: 'Where?',
  part: 'Which part?',
  path: 'Through what path?',
  change: 'What if?',
};

const groupNames = Object.keys(GROUPS) as QuestionGroup[];

const reasonOf = (missing: string): string => `needs ${missing.split(':')[0]}`;

export function Questions({ onMap }: { readonly onMap: () => void }) {
  const questions = useQuestions();
  const kind = useDraft((state) => state.draft.kind);
  // Nothing is there to move before they are known.
  if (!questions) return <nav aria-label="Questions" className="questions" data-testid="questions" />;
  // The chosen question stays in sight, even if it lacks something.
  const later = questions.filter((question) => question.missing !== null && question.kind !== kind);
  return (
    <nav aria-label="Questions" className="questions" data-testid="questions">
      {groupNames.map((group) => (
        <section key={group}>
          <h2>{GROUPS[group]}</h2>
          <ul>
            {questions
              .filter((question) => question.about.group === group && !later.includes(question))
              .map((question) => (
                <Entry key={question.kind} question={question} />
              ))}
          </ul>
        </section>
      ))}
      {/* Closed again once one is chosen: it stands above, and the examples come back in sight. */}
      <details key={kind} className="questions-more" data-testid="questions-more">
        <summary className="small">{later.length} more, which need something first</summary>
        <ul>
          {later.map((question) => (
            <Entry key={question.kind} question={question} />
          ))}
        </ul>
      </details>
      <Button look="link" small data-testid="open-map" onClick={onMap}>
        Map of experiments
      </Button>
    </nav>
  );
}

/** A question in one line: its words, and its method or what it lacks. */
function Entry({ question: { kind, about, missing } }: { readonly question: Asking }) {
  const loci = useLoci();
  const isCurrent = useDraft((state) => state.draft.kind === kind);
  return (
    <li>
      <button
        type="button"
        data-testid={`question-${kind}`}
        aria-current={isCurrent || undefined}
        className={missing === null ? 'entry' : 'entry lacking'}
        title={`${about.asks} ${about.title}${missing === null ? '' : `: needs ${missing}`}`}
        onClick={() => void chooseQuestion(loci, kind)}
      >
        <span>{about.short}</span>
        <span className="small muted">{missing === null ? about.title : reasonOf(missing)}</span>
      </button>
    </li>
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
          groupNames.map((group) => (
            <optgroup key={group} label={GROUPS[group]}>
              {questions
                .filter(({ about }) => about.group === group)
                .map(({ kind: other, about, missing }) => (
                  <option key={other} value={other}>
                    {about.asks}
                    {missing !== null && ` (${reasonOf(missing)})`}
                  </option>
                ))}
            </optgroup>
          ))
        ) : (
          <option value={kind}>Where is the fact?</option>
        )}
      </select>
    </label>
  );
}
