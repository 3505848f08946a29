/** Layers changed together: by rule, or a number of them. */
import { type AskedWindow, askedOf, type Window } from '../../experiments/common/window';
import { NumberField } from '../../ui/NumberField';
import { SelectField } from '../../ui/SelectField';

const RULES = [
  ['depth', 'scaled with the model’s depth'],
  ['fixed', 'a fixed number'],
  ['rome', 'ROME: 10, asymmetric'],
] as const;
/** A fixed window's layers at first. */
const BEGIN = 3;

interface WindowFieldProps {
  readonly label: string;
  /** As asked, or resolved. */
  readonly value: AskedWindow | Window;
  readonly onChange: (value: AskedWindow) => void;
}

export function WindowField({ label, value, onChange }: WindowFieldProps) {
  const asked = askedOf(value);
  return (
    <div className="options-row">
      <SelectField
        label={label}
        data-testid="window-picker"
        value={typeof asked === 'number' ? 'fixed' : asked}
        choices={RULES}
        onChange={(rule) => onChange(rule === 'fixed' ? BEGIN : (rule as AskedWindow))}
      />
      {typeof asked === 'number' && (
        <NumberField label="Layers" value={asked} min={1} max={100} onChange={onChange} />
      )}
    </div>
  );
}
