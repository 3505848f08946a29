/** The question, always visible and editable: prompt, subject, answer, metric, corruption. */
import { lazy, Suspense, useMemo } from 'react';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { TokenChips } from '../../ui/TokenChips';
import { applyChatTemplate, dropGiven, editDraft, markSubject, typePrompt } from '../actions/question';
import { runDraft } from '../actions/run';
import { questionOf } from '../catalogue';
import { chipsOf } from '../chips';
import { useDraft, useLoci, useStatus } from '../context';
import { isOverSet, subjectOf, usesTwin } from '../question';
import { TRACE } from '../stores/draft';
import { tokensOfBytes } from '../subject';
import { ExperimentOptions } from './ExperimentOptions';
import { Chosen } from './Chosen';
import { FactPicker } from './FactPicker';
import { MetricField } from './MetricField';
import { Notices } from './Notices';
import { Prompts } from './Prompts';
import { QuestionSelect } from './Questions';
import { TokenField } from './TokenField';
import { Twin } from './Twin';
import { WhyNot } from './WhyNot';

const OverSet = lazy(async () => ({ default: (await import('./OverSet')).OverSet }));

export function QuestionBar() {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const tokens = useDraft((state) => state.tokens);
  const next = useDraft((state) => state.next);
  const special = useStatus((state) => state.model?.special);
  const hasChatTemplate = useStatus((state) => state.model?.hasChatTemplate ?? false);
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
      <div className="question-prompt">
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
        <FactPicker />
      </div>
      <div className="question-chips">
        <TokenChips
          chips={chips}
          range={range}
          label="Tokens; drag, or shift and arrow keys, to mark the subject"
          onRange={(marked) => void markSubject(loci, marked)}
        />
        {(!special || special.prefix.length + special.suffix.length > 0) && (
          <label className="check small">
            <input
              type="checkbox"
              checked={draft.bos}
              onChange={(event) => void editDraft(loci, { bos: event.target.checked })}
            />
            {special && special.suffix.length > 0
              ? `Add ${[...special.prefix, ...special.suffix].map(({ text }) => text).join(' and ')}`
              : 'Begin with BOS'}
          </label>
        )}
        {hasChatTemplate && (
          <Button look="quiet" small onClick={() => void applyChatTemplate(loci)}>
            Put into the chat template
          </Button>
        )}
        <div className="question-state small">
          <Notices />
          <WhyNot />
          <Chosen />
        </div>
      </div>
      {usesTwin(draft) && <Twin />}
      <div className="question-fields">
        <QuestionSelect />
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
    </section>
  );
}

/** A file's question: runs as it is. */
function Given() {
  const loci = useLoci();
  const { given, kind } = useDraft((state) => state.draft);
  const problem = useDraft((state) => state.problem);
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
      <p className="error small" role="alert" data-testid="question-problem">
        {problem}
      </p>
    </section>
  );
}
