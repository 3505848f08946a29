/** Form fields that other fields show or hide. */
import type { Option } from '../experiments/experiment';

type Values = Readonly<Record<string, unknown>>;

/** The fields shown for these values. */
export function shownIn(fields: readonly Option[], values: Values): readonly Option[] {
  const current = (name: string) => values[name] ?? fields.find((field) => field.name === name)?.default;
  return fields.filter(({ only }) =>
    Object.entries(only ?? {}).every(([name, wanted]) => wanted.includes(current(name) as string)),
  );
}

/** `values` without those of hidden fields. */
export function shownValues(fields: readonly Option[], values: Values): Values {
  const shown = shownIn(fields, values);
  const hidden = fields.filter((field) => !shown.includes(field)).map(({ name }) => name);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.includes(name)));
}
