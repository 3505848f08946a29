/** The field `window`: layers changed together, by rule or number. */
import { z } from 'zod';
import { type AskedWindow, askedWindow, resolveWindow, type Window, windowSpec } from '../common/window';
import type { Field } from './fields';

export const windowField = (label: string): Field<Window> => ({
  schema: windowSpec,
  form: { kind: 'window', label, default: 'depth' },
  asked: z.union([windowSpec, askedWindow]),
  resolve: (asked, _study, { spec }) =>
    typeof asked === 'object' ? asked : resolveWindow(asked as AskedWindow, spec.nLayers),
});
