/** The objects that rows and variants of a form are about. */
import type { Option } from '../../../experiments/experiment';

export type Row = Readonly<Record<string, unknown>>;

/** The fields that these values show. */
export const shownIn = (fields: readonly Option[], row: Row): readonly Option[] =>
  fields.filter(({ only }) =>
    Object.entries(only ?? {}).every(([name, values]) => values.includes(row[name] as string)),
  );

/** `row` with another value: fields that it hides are left out, those that it shows begin with their defaults. */
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

/** What a new row begins with. */
export function begun(fields: readonly Option[]): Row {
  const values = Object.fromEntries(fields.map((field) => [field.name, field.default ?? undefined]));
  const [first] = fields;
  return first ? changed(fields, values, first.name, values[first.name]) : {};
}
