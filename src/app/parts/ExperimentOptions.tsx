/** An experiment's own fields as a form, from its description. Closed, it is one line that says what is set. */
import { useId } from 'react';
import type { Option } from '../../experiments/experiment';
import { OptionalNumberField } from '../../ui/NumberField';
import { setOption } from '../actions/question';
import { questionOf } from '../catalogue';
import { useDraft, useLoci, useStatus } from '../context';

export function ExperimentOptions() {
  const loci = useLoci();
  const catalogue = useStatus((state) => state.catalogue);
  const draft = useDraft((state) => state.draft);
  const options = questionOf(catalogue, draft.kind)?.about.options ?? [];
  if (options.length === 0) return null;
  const own = draft.options[draft.kind] ?? {};
  const valueIn = (option: Option): unknown => own[option.name] ?? option.default;
  return (
    <details className="options" data-testid="options">
      <summary className="small">
        {options.map((option) => summaryOf(option, valueIn(option))).join('; ')}
      </summary>
      <div className="options-sheet">
        {options.map((option) => (
          <Field
            key={option.name}
            option={option}
            value={valueIn(option)}
            onChange={(value) => void setOption(loci, option.name, value)}
          />
        ))}
      </div>
    </details>
  );
}

interface FieldProps {
  readonly option: Option;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ option, value, onChange }: FieldProps) {
  const id = useId();
  if (option.kind === 'multichoice') {
    const chosen = value as readonly string[];
    return (
      <fieldset>
        <legend className="label">{option.label}</legend>
        <div className={option.choices.length > 6 ? 'options-list' : 'options-row'}>
          {option.choices.map((choice) => (
            <label key={choice.value} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(choice.value)}
                onChange={(event) => {
                  const wanted = (other: string) =>
                    other === choice.value ? event.target.checked : chosen.includes(other);
                  // In the description's order, whatever the order of clicks; one is always left.
                  const next = option.choices.map((one) => one.value).filter(wanted);
                  if (next.length > 0) onChange(next);
                }}
              />
              {choice.label}
            </label>
          ))}
        </div>
      </fieldset>
    );
  }
  if (option.kind === 'choice') {
    return (
      <fieldset>
        <legend className="label">{option.label}</legend>
        <div className="options-row">
          {option.choices.map((choice) => (
            <label key={choice.value} className="check">
              <input
                type="radio"
                name={id}
                checked={value === choice.value}
                onChange={() => onChange(choice.value)}
              />
              {choice.label}
            </label>
          ))}
        </div>
      </fieldset>
    );
  }
  if (option.kind === 'number') {
    return (
      <OptionalNumberField
        label={option.label}
        value={typeof value === 'number' ? value : null}
        min={option.min ?? Number.MIN_SAFE_INTEGER}
        max={option.max ?? Number.MAX_SAFE_INTEGER}
        step="any"
        empty={option.default === null ? 'default' : `${option.default}`}
        onChange={(typed) => onChange(typed ?? undefined)}
      />
    );
  }
  return (
    <label className="labelled" htmlFor={id}>
      <span>{option.label}</span>
      <TypedField id={id} option={option} value={value} onChange={onChange} />
    </label>
  );
}

/** Text, or numbers separated by commas; an empty field is the default. */
function TypedField({ id, option, value, onChange }: FieldProps & { readonly id: string }) {
  const isNumbers = option.kind === 'numbers';
  const text = Array.isArray(value)
    ? value.join(', ')
    : value === null || value === undefined
      ? ''
      : `${value}`;
  return (
    <input
      id={id}
      className="field"
      key={option.name}
      defaultValue={text}
      placeholder={isNumbers ? 'numbers, separated by commas' : 'default'}
      spellCheck={false}
      onChange={(event) => {
        const typed = event.target.value.trim();
        if (typed === '') return onChange(undefined);
        if (!isNumbers) return onChange(typed);
        const numbers = typed.split(/[\s,]+/).map(Number);
        if (numbers.every(Number.isFinite)) onChange(numbers);
      }}
    />
  );
}

function summaryOf(option: Option, value: unknown): string {
  if (option.kind === 'multichoice') {
    const chosen = option.choices.filter((choice) => (value as readonly string[]).includes(choice.value));
    const names = chosen.map(({ label }) => label);
    return names.length > 3
      ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
      : names.join(', ');
  }
  if (option.kind === 'choice') {
    const chosen = option.choices.find((choice) => choice.value === value);
    return chosen ? chosen.label.replace(/[:(].*/, '').trim() : '';
  }
  return `${option.label} ${value ?? 'default'}`;
}
