/** The second row: the question, always visible and editable, in the same height for any prompt. */
import { lazy, Suspense, useMemo } from 'react';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { TokenChips } from '../../ui/TokenChips';
import { dropGiven, editDraft, markSubject, typePrompt } from '../actions/question';
import { runDraft } from '../actions/run';
import { questionOf } from '../catalogue';
import { chipsOf } from '../chips';
import { useDraft, useLoci, useStatus } from '../context';
import { isOverSet, subjectOf, usesTwin } from '../question';
import { TRACE } from '../stores/draft';
import { tokensOfBytes } from '../subject';
import { ExperimentOptions } from './ExperimentOptions';
import { Chosen } from './Chosen';
import { MetricField } from './MetricField';
import { Notices } from './Notices';
import { PromptMenu } from './PromptMenu';
import { Prompts } from './Prompts';
import { QuestionSelect } from './Questions';
import { QuestionState } from './QuestionState';
import { TokenField } from './TokenField';
import { Twin } from './Twin';

const OverSet = lazy(async () => ({ default: (await import('./OverSet')).OverSet }));

export function QuestionBar() {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const tokens = useDraft((state) => state.tokens);
  const next = useDraft((state) => state.next);
  const chips = useMemo(() => chipsOf(tokens), [tokens]);
  const model = useStatus((state) => state.model);
  const catalogue = useStatus((state) => state.catalogue);
  const range = useMemo(() => {
    const subject = subjectOf(draft, { model, catalogue });
    return subject && tokensOfBytes(tokens, subject);
  }, [tokens, draft, model, catalogue]);
  if (draft.given) return <Given />;
  const isOwn = questionOf(catalogue, draft.kind)?.about.needs?.own !== undefined;
  if (isOwn || isOverSet(draft))
    return (
      <Suspense fallback={null}>
        <OverSet isOwn={isOwn} />
      </Suspense>
    );
  return (
    <section className="question" aria-label="Question">
      <QuestionSelect />
      <div className="prompt-box">
        <div className="prompt-line">
          <TextField
            label="Prompt"
            className="prompt"
            data-testid="prompt-input"
            value={draft.prompt}
            onChange={(prompt) => void typePrompt(loci, prompt)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void runDraft(loci);
            }}
          />
          <PromptMenu />
        </div>
        <TokenChips
          chips={chips}
          range={range}
          label="Tokens; drag, or shift and arrow keys, to mark the subject"
          onRange={(marked) => void markSubject(loci, marked)}
        />
      </div>
      {usesTwin(draft) && <Twin />}
      <div className="question-fields">
        {draft.kind !== TRACE && <Prompts />}
        <TokenField
          label="Answer"
          testId="answer-picker"
          value={draft.answer}
          options={next}
          placeholder={next[0]?.text ?? 'what the model says'}
          onChange={(answer) => void editDraft(loci, { answer })}
        />
        <TokenField
          label="Distractor"
          testId="distractor-picker"
          value={draft.distractor}
          options={next}
          placeholder={draft.metric === 'logit-diff' ? (next[1]?.text ?? 'the next likely token') : 'none'}
          onChange={(distractor) => void editDraft(loci, { distractor })}
        />
        <MetricField />
        <ExperimentOptions />
      </div>
      <QuestionState>
        <Notices />
        <Chosen />
      </QuestionState>
    </section>
  );
}

/** A file's question: runs as it is. */
function Given() {
  const loci = useLoci();
  const { given, kind } = useDraft((state) => state.draft);
  const about = useStatus((state) => questionOf(state.catalogue, kind)?.about);
  const cases = given?.question.cases;
  const count = Array.isArray(cases) && cases.length > 1 ? `, ${cases.length} prompts` : '';
  return (
    <section className="question given" aria-label="Question" data-testid="given">
      <p>
        <strong>{about?.title ?? kind}</strong>
        {count}, from <strong>{given!.name}</strong>. It runs as it is.
      </p>
      <Button look="quiet" onClick={() => void dropGiven(loci)}>
        Back to the prompt
      </Button>
      <QuestionState />
    </section>
  );
}
