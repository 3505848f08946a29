/** A form field, by its kind. */
import { useId } from 'react';
import type { AskedWindow } from '../../../experiments/common/window';
import { OptionalNumberField } from '../../../ui/NumberField';
import { numbered, SelectField } from '../../../ui/SelectField';
import { useNet, useStatus } from '../../context';
import { WindowField } from '../WindowField';
import { Choices } from './Choices';
import type { FieldProps, Of } from './fieldProps';
import { Fields } from './Fields';
import { NoiseField } from './NoiseField';
import type { Row } from './row';
import { Rows } from './Rows';
import { SetField } from './SetField';
import { SiteField } from './SiteField';
import { Lines, Typed } from './Typed';
import { Variant } from './Variant';

export function Field(props: FieldProps) {
  const { option, value, onChange } = props;
  switch (option.kind) {
    case 'choice':
    case 'multichoice':
      return <Choices {...props} option={option} />;
    case 'number':
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
    case 'check':
      return (
        <label className="check">
          <input
            type="checkbox"
            checked={value === true}
            onChange={(event) => onChange(event.target.checked)}
          />
          {option.label}
        </label>
      );
    case 'layer':
    case 'head':
      return <Counted {...props} option={option} />;
    case 'places':
      return <Places {...props} option={option} />;
    case 'site':
      return <SiteField {...props} option={option} />;
    case 'netSite':
      return <NetSiteField {...props} option={option} />;
    case 'rows':
      return <Rows {...props} option={option} Field={Field} />;
    case 'group':
      return (
        <fieldset>
          <legend className="label">{option.label}</legend>
          <div className="options-row">
            <Fields fields={option.fields} row={value as Row} Field={Field} onChange={onChange} />
          </div>
        </fieldset>
      );
    case 'window':
      return <WindowField label={option.label} value={value as AskedWindow} onChange={onChange} />;
    case 'variant':
      return <Variant {...props} option={option} Field={Field} />;
    case 'noise':
      return <NoiseField {...props} option={option} />;
    case 'set':
      return <SetField {...props} option={option} />;
    case 'lines':
      return <Lines {...props} option={option} />;
    default:
      return <Typed {...props} option={option} />;
  }
}

/** A site of the open net. */
function NetSiteField({ option, value, onChange }: FieldProps<Of<'netSite'>>) {
  const sites = useNet(({ open }) => open?.spec.sites);
  return (
    <SelectField
      label={option.label}
      value={typeof value === 'string' ? value : ''}
      choices={[['', option.empty] as const, ...(sites ?? []).map(({ name }) => [name, name] as const)]}
      onChange={(chosen) => onChange(chosen === '' ? undefined : chosen)}
    />
  );
}

/** A layer or head of the model. */
function Counted({ option, value, onChange }: FieldProps<Of<'layer' | 'head'>>) {
  const spec = useStatus((state) => state.model?.spec);
  const n = (option.kind === 'layer' ? spec?.nLayers : spec?.nHeads) ?? 1;
  return (
    <SelectField
      label={option.label}
      className="narrow"
      value={typeof value === 'number' ? value : ''}
      choices={[...(option.default === null ? [['', 'any'] as const] : []), ...numbered(n)]}
      onChange={(chosen) => onChange(chosen === '' ? undefined : Number(chosen))}
    />
  );
}

/** Positions by name, or as numbers. */
function Places({ option, value, onChange }: FieldProps<Of<'places'>>) {
  const id = useId();
  const isTyped = Array.isArray(value);
  return (
    <div className="labelled">
      <label htmlFor={id}>{option.label}</label>
      <select
        id={id}
        className="field"
        value={isTyped ? 'typed' : `${value}`}
        onChange={({ target }) => onChange(target.value === 'typed' ? [0] : target.value)}
      >
        {option.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
        <option value="typed">positions …</option>
      </select>
      {isTyped && (
        <Typed
          option={{ name: option.name, label: 'positions, from 0', kind: 'numbers', default: null }}
          value={value}
          onChange={(typed) => onChange(typed ?? [0])}
        />
      )}
    </div>
  );
}
