/** An experiment's own fields as a form, fetched when a question has one. */
import { lazy, Suspense } from 'react';

const Form = lazy(async () => ({ default: (await import('./form/Form')).Form }));

export function ExperimentOptions() {
  return (
    <Suspense fallback={null}>
      <Form />
    </Suspense>
  );
}
