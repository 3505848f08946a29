/** Layers changed together: by rule, or a number of them. */
import { type AskedWindow, askedOf, type Window } from '../../experiments/common/window';
import { NumberField } from '../../ui/NumberField';

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
      <label className="labelled">
        <span>{label}</span>
        <select
          className="field"
          data-testid="window-picker"
          value={typeof asked === 'number' ? 'fixed' : asked}
          onChange={({ target }) =>
            onChange(target.value === 'fixed' ? BEGIN : (target.value as AskedWindow))
          }
        >
          <option value="depth">scaled with the model’s depth</option>
          <option value="fixed">a fixed number</option>
          <option value="rome">ROME: 10, asymmetric</option>
        </select>
      </label>
      {typeof asked === 'number' && (
        <NumberField label="Layers" value={asked} min={1} max={100} onChange={onChange} />
      )}
    </div>
  );
}
