/** An experiment's own fields as a form, loaded on demand. */
import { lazy, Suspense } from 'react';

const Form = lazy(async () => ({ default: (await import('./form/Form')).Form }));

export function ExperimentOptions() {
  return (
    <Suspense fallback={null}>
      <Form />
    </Suspense>
  );
}
