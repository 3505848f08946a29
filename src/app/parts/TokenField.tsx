/** A token, typed or chosen from likely ones. Its leading space is shown as '·'. */
import { useId } from 'react';
import { TextField } from '../../ui/TextField';
import { percent } from '../../results/format';
import type { NextTokenRow } from '../../engine/api';

const dotted = (text: string): string => text.replace(/^ /, '·');

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
    <>
      <TextField
        label={label}
        className="token"
        data-testid={testId}
        list={list}
        value={dotted(value)}
        placeholder={dotted(placeholder)}
        onChange={(text) => onChange(text.replace(/^·/, ' '))}
      />
      <datalist id={list}>
        {options.map((option) => (
          <option key={option.id} value={dotted(option.text)}>
            {percent(option.p)}
          </option>
        ))}
      </datalist>
    </>
  );
}
