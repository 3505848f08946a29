/** The question about the open net: which, of which class, with which settings. */
import { useState } from 'react';
import type { Option } from '../../../experiments/experiment';
import { SelectField } from '../../../ui/SelectField';
import {
  chooseNetQuestion,
  classAsked,
  picturesAsked,
  questionsFor,
  setNetClass,
  setNetOption,
} from '../../actions/netQuestion';
import { useLoci, useNet, useStatus } from '../../context';
import { shownIn } from '../../shown';
import { Field } from '../form/Field';
import { summaryOf } from '../form/summary';
import { Menu } from '../Menu';
import { labelOf } from './labelOf';

export function NetBar() {
  const loci = useLoci();
  const state = useNet((net) => net);
  const runError = useStatus((status) => status.runError);
  const { open, catalogue, kind } = state;
  if (!open) return null;
  const entries = questionsFor(open, catalogue);
  const entry = entries.find((one) => one.kind === kind);
  return (
    <section className="question net-question" aria-label="Question" data-testid="net-question">
      <SelectField
        label="Question"
        data-testid="net-question-select"
        value={kind}
        choices={entries.map((one) => [one.kind, one.about.asks])}
        onChange={(next) => chooseNetQuestion(loci, next)}
      />
      {entry?.asksClass && <ClassField />}
      {entry && <Settings key={kind} options={entry.about.options ?? []} />}
      <p
        className={runError ? 'question-state error small' : 'question-state small muted'}
        aria-live="polite"
      >
        {runError ??
          (entry &&
            aboutText(
              state.open?.preprocessing === null ? 'latents' : entry.takes,
              picturesAsked(state).length,
            ))}
      </p>
    </section>
  );
}

function aboutText(takes: string, count: number): string {
  if (takes === 'latents') return 'About pictures that the net makes.';
  if (count === 0) return 'Choose, drop or paste a picture first.';
  if (takes === 'picture') return 'About the picture shown.';
  return count === 1
    ? 'About one picture: give more of its class, as a folder or archive with a folder per class.'
    : `About ${count} pictures.`;
}

/** A class by its name; a net may have a thousand. */
function ClassField() {
  const loci = useLoci();
  const state = useNet((net) => net);
  const { open } = state;
  const name = labelOf(open!);
  const id = classAsked(state);
  return (
    <SelectField
      label="Class"
      data-testid="net-class"
      value={id ?? ''}
      choices={Array.from({ length: open!.classes ?? 0 }, (_, i) => [`${i}`, name(i)])}
      onChange={(chosen) => setNetClass(loci, Number(chosen))}
    />
  );
}

function Settings({ options }: { readonly options: readonly Option[] }) {
  const loci = useLoci();
  const own = useNet((net) => net.options[net.kind]) ?? {};
  const [isOpen, setOpen] = useState(false);
  if (options.length === 0) return null;
  const shown = shownIn(options, own);
  const setTo = ({ name, default: usual }: Option) => own[name] ?? usual;
  const summary = shown
    .map((option) => summaryOf(option, setTo(option)))
    .filter((text) => text !== '')
    .join('; ');
  const fieldOf = (option: Option) => (
    <Field
      key={option.name}
      option={option}
      value={setTo(option)}
      onChange={(value) => setNetOption(loci, option.name, value)}
    />
  );
  const rare = shown.filter(({ isRare }) => isRare);
  return (
    <div className="labelled options-field">
      <span>Settings</span>
      <Menu
        align="right"
        className="options"
        testId="options"
        open={isOpen}
        onOpen={setOpen}
        label={
          <span className="options-summary" title={summary}>
            {summary || 'Change'}
          </span>
        }
      >
        <div className="options-sheet">
          {shown.filter(({ isRare }) => !isRare).map(fieldOf)}
          {rare.length > 0 && (
            <details className="options-more">
              <summary>More</summary>
              {rare.map(fieldOf)}
            </details>
          )}
        </div>
      </Menu>
    </div>
  );
}
