/** The fields of one object: those that its values show. */
import type { ComponentType } from 'react';
import type { Option } from '../../../experiments/experiment';
import { shownIn } from '../../shown';
import type { FieldProps } from './fieldProps';
import { changed, type Row } from './row';

interface FieldsProps {
  readonly fields: readonly Option[];
  readonly row: Row;
  readonly onChange: (row: Row) => void;
  readonly Field: ComponentType<FieldProps>;
}

export function Fields({ fields, row, onChange, Field }: FieldsProps) {
  return shownIn(fields, row).map((field) => (
    <Field
      key={field.name}
      isNarrow
      option={field}
      value={row[field.name] ?? field.default}
      onChange={(typed) => onChange(changed(fields, row, field.name, typed))}
    />
  ));
}
