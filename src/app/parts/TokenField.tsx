/** A token, typed or chosen from likely ones. Its leading space is shown as '·'. */
import { useId } from 'react';
import { percent } from '../../results/format';
import type { NextTokenRow } from '../../engine/api';

export interface TokenFieldProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  readonly placeholder: string;
  readonly options: readonly NextTokenRow[];
  readonly onChange: (text: string) => void;
}

export function TokenField({ label, testId, value, placeholder, options, onChange }: TokenFieldProps) {
  const list = useId();
  return (
    <label className="labelled token-field">
      <span>{label}</span>
      <input
        className="field"
        data-testid={testId}
        list={list}
        value={value.replace(/^ /, '·')}
        placeholder={placeholder.replace(/^ /, '·')}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value.replace(/^·/, ' '))}
      />
      <datalist id={list}>
        {options.map((option) => (
          <option key={option.id} value={option.text.replace(/^ /, '·')}>
            {percent(option.p)}
          </option>
        ))}
      </datalist>
    </label>
  );
}
