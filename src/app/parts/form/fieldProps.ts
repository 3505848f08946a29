/** What a field of a form is given. */
import type { ComponentType } from 'react';
import type { Option } from '../../../experiments/experiment';

export interface FieldProps<O extends Option = Option> {
  readonly option: O;
  readonly value: unknown;
  /** undefined: the default. */
  readonly onChange: (value: unknown) => void;
  /** Among others in a row: choices are a select. */
  readonly isNarrow?: boolean;
}

/** What has fields of its own is given what shows one. */
export type OuterProps<O extends Option> = FieldProps<O> & { readonly Field: ComponentType<FieldProps> };

export type Of<K extends Option['kind']> = Extract<Option, { kind: K }>;
