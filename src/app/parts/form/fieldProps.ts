/** Props of form fields. */
import type { ComponentType } from 'react';
import type { Option } from '../../../experiments/experiment';

export interface FieldProps<O extends Option = Option> {
  readonly option: O;
  readonly value: unknown;
  /** undefined: the default. */
  readonly onChange: (value: unknown) => void;
  /** In a row: choices become a select. */
  readonly isNarrow?: boolean;
}

/** A field with nested fields also gets the component for them. */
export type OuterProps<O extends Option> = FieldProps<O> & { readonly Field: ComponentType<FieldProps> };

export type Of<K extends Option['kind']> = Extract<Option, { kind: K }>;
