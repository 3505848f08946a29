/** The objects behind form rows and variants. */
import type { Option } from '../../../experiments/experiment';
import { shownIn } from '../../shown';

export type Row = Readonly<Record<string, unknown>>;

/** `row` with a changed value: drops hidden fields, adds shown ones with defaults. */
export function changed(fields: readonly Option[], row: Row, name: string, value: unknown): Row {
  const next: Record<string, unknown> = { ...row, [name]: value };
  const shown = shownIn(fields, next).map((field) => field.name);
  for (const field of fields) {
    if (!shown.includes(field.name)) delete next[field.name];
    else if (!(field.name in next) && field.default !== null) next[field.name] = field.default;
    if (next[field.name] === undefined) delete next[field.name];
  }
  return next;
}

/** A new row's values. */
export function begun(fields: readonly Option[]): Row {
  const values = Object.fromEntries(fields.map((field) => [field.name, field.default ?? undefined]));
  const [first] = fields;
  return first ? changed(fields, values, first.name, values[first.name]) : {};
}
