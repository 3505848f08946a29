/** A task set: a shipped one, or a file. */
import { useId } from 'react';
import { SHIPPED_SETS } from '../../../load/sets';
import { OptionalNumberField } from '../../../ui/NumberField';
import { fileText } from '../../fileText';
import type { FieldProps, Of } from './fieldProps';

interface Asked {
  readonly set: {
    readonly name: string;
    readonly text?: string;
    readonly take?: number;
    readonly seed?: number;
  };
}

export function SetField({ option, value, onChange }: FieldProps<Of<'set'>>) {
  const id = useId();
  const set = (value as Asked | null)?.set;
  const names = [...SHIPPED_SETS, ...(set && !SHIPPED_SETS.includes(set.name) ? [set.name] : [])];
  return (
    <fieldset className="options-entry" data-testid={`set-${option.name}`}>
      <legend className="label">{option.label}</legend>
      <select
        id={id}
        className="field"
        aria-label={`${option.label}: task set`}
        value={set?.name ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : { set: { name: target.value } })}
      >
        <option value="">choose a task set</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <input
        type="file"
        className="small"
        accept=".json,.csv"
        aria-label={`${option.label}: file`}
        onChange={async ({ target }) => {
          const file = target.files?.[0];
          if (!file) return;
          onChange({ set: { name: file.name.replace(/\.\w+$/, ''), text: await fileText(file) } });
        }}
      />
      {set && (
        <OptionalNumberField
          label="How many"
          value={set.take ?? null}
          min={1}
          max={10_000}
          empty="all"
          onChange={(take) => {
            const { take: _take, seed: _seed, ...whole } = set;
            onChange({ set: take === null ? whole : { ...whole, take, seed: 1 } });
          }}
        />
      )}
    </fieldset>
  );
}
