/** An experiment's own fields as a form. Closed, one line of settings. */
import { setOption } from '../../actions/question';
import { questionOf } from '../../catalogue';
import { useDraft, useLoci, useStatus } from '../../context';
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
  const sheet = (
    <div className="options-sheet">
      {options.map((option) => (
        <Field
          key={option.name}
          option={option}
          value={own[option.name] ?? option.default}
          onChange={(value) => void setOption(loci, option.name, value)}
        />
      ))}
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
    <details className="options" data-testid="options">
      <summary className="small">
        {options
          .map((option) => summaryOf(option, own[option.name] ?? option.default))
          .filter((text) => text !== '')
          .join('; ')}
      </summary>
      {sheet}
    </details>
  );
}
