/** A labelled number. Valid input counts at once; on blur the field shows the value in use. */
import { useState } from 'react';

interface Range {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** 'any' for fractions; default 1. */
  readonly step?: number | 'any';
}

export interface NumberFieldProps extends Range {
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export function NumberField({ onChange, ...field }: NumberFieldProps) {
  return <OptionalNumberField {...field} onChange={(value) => value !== null && onChange(value)} />;
}

export interface OptionalNumberFieldProps extends Range {
  /** null: the field is empty. */
  readonly value: number | null;
  /** Meaning of an empty field; absent: a number is required. */
  readonly empty?: string;
  readonly onChange: (value: number | null) => void;
}

export function OptionalNumberField(field: OptionalNumberFieldProps) {
  const { label, value, min, max, step = 1, empty, onChange } = field;
  /** Text being typed. */
  const [typed, setTyped] = useState<string | null>(null);
  const isMissing = typed === '' && empty === undefined;
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className="field narrow"
        type="number"
        value={typed ?? value ?? ''}
        min={min}
        max={max}
        step={step}
        placeholder={empty}
        aria-invalid={isMissing || undefined}
        onChange={({ target }) => {
          setTyped(target.value);
          if (target.validity.valid) onChange(target.value === '' ? null : target.valueAsNumber);
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}
