/** The question, always visible and always editable: prompt, subject, answer, metric, corruption. */
import { useMemo } from 'react';
import { METRIC_NAMES } from '../../panels/metric';
import type { Metric } from '../../results/document';
import { TokenChips } from '../../ui/TokenChips';
import { applyChatTemplate, editDraft, markSubject, typePrompt } from '../actions/question';
import { runDraft } from '../actions/run';
import { chipsOf } from '../chips';
import { useDraft, useLoci, useStatus } from '../context';
import { tokensOfBytes } from '../subject';
import { FactPicker } from './FactPicker';
import { Options } from './Options';
import { TokenField } from './TokenField';

export function QuestionBar() {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const tokens = useDraft((state) => state.tokens);
  const problem = useDraft((state) => state.problem);
  const hint = useDraft((state) => state.hint);
  const next = useDraft((state) => state.next);
  const special = useStatus((state) => state.model?.special);
  const hasChatTemplate = useStatus((state) => state.model?.hasChatTemplate ?? false);
  const chips = useMemo(() => chipsOf(tokens), [tokens]);
  const range = useMemo(() => draft.subject && tokensOfBytes(tokens, draft.subject), [tokens, draft.subject]);
  return (
    <section className="question" aria-label="Question">
      <div className="question-prompt">
        <label className="labelled">
          <span>Prompt</span>
          <input
            className="field prompt"
            data-testid="prompt-input"
            value={draft.prompt}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => void typePrompt(loci, event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void runDraft(loci);
            }}
          />
        </label>
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
          <button type="button" className="button quiet small" onClick={() => void applyChatTemplate(loci)}>
            Put into the chat template
          </button>
        )}
        <div className="question-state small">
          <p className="error" role="alert" data-testid="question-problem">
            {problem}
          </p>
          <p className="hint" role="note" data-testid="question-hint">
            {hint}
          </p>
        </div>
      </div>
      <div className="question-fields">
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
          placeholder={draft.metric === 'logit-diff' ? 'needed for the difference' : 'none'}
          onChange={(distractor) => void editDraft(loci, { distractor })}
        />
        <label className="labelled">
          <span>Metric</span>
          <select
            className="field"
            data-testid="metric-picker"
            value={draft.metric}
            onChange={(event) => void editDraft(loci, { metric: event.target.value as Metric })}
          >
            {(Object.keys(METRIC_NAMES) as Metric[]).map((metric) => (
              <option key={metric} value={metric}>
                {METRIC_NAMES[metric]}
              </option>
            ))}
          </select>
        </label>
        <Options />
      </div>
    </section>
  );
}
