/** The field `window`: layers changed together, by rule or number. */
import { z } from 'zod';
import { askedWindow, resolveWindow, type Window, windowSpec } from '../common/window';
import type { Field, Form } from './fields';

export const windowField = (form?: Form): Field<Window> => ({
  schema: windowSpec,
  ...(form ? { form } : {}),
  asked: z.union([windowSpec, askedWindow]),
  resolve: (asked, _study, { spec }) =>
    typeof asked === 'object' ? asked : resolveWindow(asked as z.infer<typeof askedWindow>, spec.nLayers),
});
