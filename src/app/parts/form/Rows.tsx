/** A list of objects, a row each: edits, masks, heads, documents. */
import type { Of, OuterProps } from './fieldProps';
import { Fields } from './Fields';
import { begun, type Row } from './row';

export function Rows({ option, value, onChange, Field }: OuterProps<Of<'rows'>>) {
  const rows = (value ?? []) as readonly Row[];
  const { columns, each, label } = option;
  const put = (next: readonly Row[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <fieldset className="options-rows" data-testid={`rows-${option.name}`}>
      <legend className="label">{label}</legend>
      {rows.map((row, i) => (
        // Rows have no names: input belongs to an index until rows are added or removed.
        <div key={`${i} of ${rows.length}`} className="options-entry">
          <Fields
            fields={columns}
            row={row}
            Field={Field}
            onChange={(next) => put(rows.map((other, at) => (at === i ? next : other)))}
          />
          <button
            type="button"
            className="button quiet small"
            onClick={() => put(rows.filter((_, at) => at !== i))}
          >
            Remove this {each}
          </button>
        </div>
      ))}
      <button type="button" className="button small" onClick={() => put([...rows, begun(columns)])}>
        Add a{/^[aeiou]/.test(each) ? 'n' : ''} {each}
      </button>
    </fieldset>
  );
}
