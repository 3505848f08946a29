/** One or several of a list. */
import { useId } from 'react';
import { SelectField } from '../../../ui/SelectField';
import type { FieldProps, Of } from './fieldProps';

export function Choices({ option, value, onChange, isNarrow }: FieldProps<Of<'choice' | 'multichoice'>>) {
  const id = useId();
  if (isNarrow && option.kind === 'choice')
    return (
      <SelectField
        label={option.label}
        value={`${value}`}
        choices={option.choices.map((choice) => [choice.value, choice.label])}
        onChange={onChange}
      />
    );
  const isMany = option.kind === 'multichoice';
  const chosen = isMany ? (value as readonly string[]) : [value];
  const choose = (choice: string, isOn: boolean) => {
    if (!isMany) return onChange(choice);
    const wanted = (other: string) => (other === choice ? isOn : chosen.includes(other));
    // In the description's order; as many stay as must.
    const next = option.choices.map((one) => one.value).filter(wanted);
    if (next.length >= (option.least ?? 1)) onChange(next);
  };
  return (
    <fieldset>
      <legend className="label">{option.label}</legend>
      <div className={isMany && option.choices.length > 6 ? 'options-list' : 'options-row'}>
        {option.choices.map((choice) => (
          <label key={choice.value} className="check">
            <input
              type={isMany ? 'checkbox' : 'radio'}
              name={id}
              checked={chosen.includes(choice.value)}
              onChange={(event) => choose(choice.value, event.target.checked)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
