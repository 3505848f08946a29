/** An object of one of several shapes: the shape, then its fields. */
import { SelectField } from '../../../ui/SelectField';
import type { Of, OuterProps } from './fieldProps';
import { Fields } from './Fields';
import { begun, type Row } from './row';

export function Variant({ option, value, onChange, Field }: OuterProps<Of<'variant'>>) {
  const { tag, variants, label } = option;
  const own = (value ?? null) as Row | null;
  const chosen = variants.find((variant) => variant.value === own?.[tag]);
  return (
    <div className="options-variant">
      <SelectField
        label={label}
        data-testid={`variant-${option.name}`}
        value={chosen?.value ?? ''}
        choices={[
          ...(option.default === null ? [['', 'default'] as const] : []),
          ...variants.map((variant) => [variant.value, variant.label] as const),
        ]}
        onChange={(name) => {
          const next = variants.find((variant) => variant.value === name);
          onChange(next ? { [tag]: next.value, ...begun(next.fields) } : undefined);
        }}
      />
      {chosen && (
        <Fields key={chosen.value} fields={chosen.fields} row={own!} Field={Field} onChange={onChange} />
      )}
    </div>
  );
}
