/** A labelled choice of one from a list. */
import { type ComponentProps, useId } from 'react';

interface SelectFieldProps extends Omit<ComponentProps<'select'>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string | number;
  /** Value and words of each. */
  readonly choices: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

export function SelectField({ label, choices, onChange, className = '', ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={`field ${className}`.trim()}
        {...select}
        onChange={({ target }) => onChange(target.value)}
      >
        {choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** 0, 1, ... as choices. */
export const numbered = (count: number): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`${i}`, `${i}`]);
