/** An object of one of several shapes: the shape, then its fields. */
import type { Of, OuterProps } from './fieldProps';
import { Fields } from './Fields';
import { begun, type Row } from './row';

export function Variant({ option, value, onChange, Field }: OuterProps<Of<'variant'>>) {
  const { tag, variants, label } = option;
  const own = (value ?? null) as Row | null;
  const chosen = variants.find((variant) => variant.value === own?.[tag]);
  return (
    <div className="options-variant">
      <label className="labelled">
        <span>{label}</span>
        <select
          className="field"
          data-testid={`variant-${option.name}`}
          value={chosen?.value ?? ''}
          onChange={({ target }) => {
            const next = variants.find((variant) => variant.value === target.value);
            onChange(next ? { [tag]: next.value, ...begun(next.fields) } : undefined);
          }}
        >
          {option.default === null && <option value="">default</option>}
          {variants.map((variant) => (
            <option key={variant.value} value={variant.value}>
              {variant.label}
            </option>
          ))}
        </select>
      </label>
      {chosen && (
        <Fields key={chosen.value} fields={chosen.fields} row={own!} Field={Field} onChange={onChange} />
      )}
    </div>
  );
}
