/** The field `window`: layers changed together, by rule or number. */
import { z } from 'zod';
import { askedWindow, resolveWindow, type Window, windowSpec } from '../common/window';
import type { Field, Form } from './fields';

/** As a form with a choice of rules asks. */
const ruled = z.object({ rule: windowSpec.shape.rule, size: z.number().optional() }).strict();

export const windowField = (form?: Form): Field<Window> => ({
  schema: windowSpec,
  ...(form ? { form } : {}),
  asked: z.union([ruled, windowSpec, askedWindow]),
  resolve(asked, _study, { spec: { nLayers } }) {
    const window = asked as z.infer<typeof ruled | typeof windowSpec | typeof askedWindow> | undefined;
    if (typeof window !== 'object') return resolveWindow(window, nLayers);
    if ('layers' in window) return window;
    return resolveWindow(window.rule === 'fixed' ? Number(window.size) : window.rule, nLayers);
  },
});
