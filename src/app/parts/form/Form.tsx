/** An experiment's own fields as a form. Closed, one line of settings. */
import type { Option } from '../../../experiments/experiment';
import { setOption } from '../../actions/question';
import { questionOf } from '../../catalogue';
import { useDraft, useLoci, useStatus } from '../../context';
import { shownIn } from '../../shown';
import { Field } from './Field';
import { summaryOf } from './summary';
import './form.css';

export function Form() {
  const loci = useLoci();
  const catalogue = useStatus((state) => state.catalogue);
  const draft = useDraft((state) => state.draft);
  const about = questionOf(catalogue, draft.kind)?.about;
  const options = about?.options ?? [];
  if (options.length === 0) return null;
  const own = draft.options[draft.kind] ?? {};
  const shown = shownIn(options, own);
  const fieldOf = (option: Option) => (
    <Field
      key={`${draft.kind}.${option.name}`}
      option={option}
      value={own[option.name] ?? option.default}
      onChange={(value) => void setOption(loci, option.name, value)}
    />
  );
  const sheet = (
    <div className="options-sheet">
      {shown.filter(({ isRare }) => !isRare).map(fieldOf)}
      <details className="options-more">
        <summary>More</summary>
        {shown.filter(({ isRare }) => isRare).map(fieldOf)}
      </details>
    </div>
  );
  // An experiment with its own prompts has no other input.
  if (about?.needs?.own)
    return (
      <div className="options own" data-testid="options">
        {sheet}
      </div>
    );
  return (
    // A new function: called after every render, since the line above may have moved.
    <details className="options" data-testid="options" ref={(details) => placeSheet(details)}>
      <summary className="small">
        {shown
          .map((option) => summaryOf(option, own[option.name] ?? option.default))
          .filter((text) => text !== '')
          .join('; ')}
      </summary>
      {sheet}
    </details>
  );
}

/** Tells the sheet where it begins, so that it can end with the window. */
function placeSheet(details: HTMLElement | null): void {
  details?.style.setProperty('--sheet-top', `${details.getBoundingClientRect().bottom}px`);
}
