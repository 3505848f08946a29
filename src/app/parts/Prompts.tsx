/** Which prompts a study asks: the one that is typed, or those of a task set. */
import { SHIPPED_SETS } from '../../load/sets';
import { OptionalNumberField } from '../../ui/NumberField';
import { editDraft } from '../actions/question';
import { TAKEN } from '../actions/share';
import { useDraft, useLoci } from '../context';
import { ExperimentOptions } from './ExperimentOptions';
import { MetricField } from './MetricField';
import { QuestionSelect } from './Questions';

export function Prompts() {
  const loci = useLoci();
  const set = useDraft((state) => state.draft.set);
  const names = [...SHIPPED_SETS, ...(set && !SHIPPED_SETS.includes(set.name) ? [set.name] : [])];
  return (
    <label className="labelled">
      <span>Prompts</span>
      <select
        className="field"
        data-testid="prompts"
        value={set?.name ?? ''}
        onChange={(event) => {
          const name = event.target.value;
          void editDraft(loci, { set: name === '' ? null : { name, take: TAKEN } });
        }}
      >
        <option value="">this one</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The question bar where a set is asked about: its prompts bring subjects, answers and twins. */
export function OverSet() {
  const loci = useLoci();
  const set = useDraft((state) => state.draft.set!);
  const problem = useDraft((state) => state.problem);
  const hint = useDraft((state) => state.hint);
  return (
    <section className="question over-set" aria-label="Question">
      <div className="question-fields">
        <QuestionSelect />
        <Prompts />
        <OptionalNumberField
          label="How many"
          value={set.take}
          min={1}
          max={10_000}
          empty="all"
          onChange={(take) => void editDraft(loci, { set: { ...set, take } })}
        />
        <MetricField />
        <ExperimentOptions />
      </div>
      <div className="question-state small">
        <p className="error" role="alert" data-testid="question-problem">
          {problem}
        </p>
        <p className="hint" role="note" data-testid="question-hint">
          {hint}
        </p>
      </div>
    </section>
  );
}
