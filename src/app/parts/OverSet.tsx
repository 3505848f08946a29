/**
 * The question bar without a prompt: a set's prompts have subjects, answers and twins. `isOwn`: the
 * question has its own prompts.
 */
import { OptionalNumberField } from '../../ui/NumberField';
import { editDraft } from '../actions/question';
import { useDraft, useLoci } from '../context';
import { ExperimentOptions } from './ExperimentOptions';
import { MetricField } from './MetricField';
import { Prompts } from './Prompts';
import { QuestionSelect } from './Questions';
import { QuestionState } from './QuestionState';

export function OverSet({ isOwn }: { readonly isOwn: boolean }) {
  const loci = useLoci();
  const set = useDraft((state) => state.draft.set);
  return (
    <section className="question over-set" aria-label="Question">
      <QuestionSelect />
      <div className="question-fields">
        {!isOwn && <Prompts />}
        {set && !isOwn && (
          <OptionalNumberField
            label="How many"
            value={set.take}
            min={1}
            max={10_000}
            empty="all"
            onChange={(take) => void editDraft(loci, { set: { ...set, take } })}
          />
        )}
        <MetricField />
        <ExperimentOptions />
      </div>
      <QuestionState />
    </section>
  );
}
