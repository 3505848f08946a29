/** A labelled line of text. */
import type { ComponentProps } from 'react';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange'> {
  readonly label: string;
  readonly onChange: (text: string) => void;
}

export function TextField({ label, onChange, className = '', ...input }: TextFieldProps) {
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className={`field ${className}`}
        dir="auto"
        spellCheck={false}
        autoComplete="off"
        {...input}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
