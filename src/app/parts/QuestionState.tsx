/** What is wrong with the question or its last run: a line of its own that grows over the page. */
import type { ReactNode } from 'react';
import { useStatus } from '../context';
import { WhyNot } from './WhyNot';

export function QuestionState({ children }: { readonly children?: ReactNode }) {
  const runError = useStatus((state) => state.runError);
  return (
    <div className="question-state small">
      <div className="question-said">
        {runError && (
          <p className="error" role="alert">
            {runError}
          </p>
        )}
        <WhyNot />
        {children}
      </div>
    </div>
  );
}
