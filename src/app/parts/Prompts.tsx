/** Which prompts a study asks: the one that is typed, or those of a task set. */
import { useEffect, useState } from 'react';
import { SHIPPED_SETS } from '../../load/sets';
import { OptionalNumberField } from '../../ui/NumberField';
import { editDraft } from '../actions/question';
import { TAKEN } from '../actions/share';
import { useDraft, useLoci, useStatus } from '../context';
import { ExperimentOptions } from './ExperimentOptions';
import { MetricField } from './MetricField';
import { QuestionSelect } from './Questions';

/** Why shipped sets do not suit the question and the model, by their names; asked once for each pair. */
function useUnfit(): Readonly<Record<string, string>> {
  const loci = useLoci();
  const kind = useDraft((state) => state.draft.kind);
  const model = useStatus((state) => state.model?.sha256);
  const [asked, setAsked] = useState<{ about: string; reasons: Record<string, string> } | null>(null);
  const about = `${kind} ${model}`;
  useEffect(() => {
    if (model === undefined) return;
    let isCurrent = true;
    const reason = async (name: string) => {
      // A set that cannot be read now says so when it is chosen.
      const why = await loci.engine.whyUnfit(kind, name).catch(() => null);
      return why === null ? [] : [[name, why] as const];
    };
    void Promise.all(SHIPPED_SETS.map(reason)).then((pairs) => {
      if (isCurrent) setAsked({ about, reasons: Object.fromEntries(pairs.flat()) });
    });
    return () => {
      isCurrent = false;
    };
  }, [loci, kind, model, about]);
  return asked?.about === about ? asked.reasons : {};
}

export function Prompts() {
  const loci = useLoci();
  const set = useDraft((state) => state.draft.set);
  const unfit = useUnfit();
  const names = [...SHIPPED_SETS, ...(set && !SHIPPED_SETS.includes(set.name) ? [set.name] : [])];
  return (
    <label className="labelled">
      <span>Prompts</span>
      <select
        className="field set-picker"
        data-testid="prompts"
        value={set?.name ?? ''}
        onChange={(event) => {
          const name = event.target.value;
          void editDraft(loci, { set: name === '' ? null : { name, take: TAKEN } });
        }}
      >
        <option value="">this one</option>
        {names.map((name) => (
          <option key={name} value={name} disabled={name in unfit && name !== set?.name}>
            {name in unfit ? `${name}: ${unfit[name]}` : name}
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
