/** What the method is, what it does not show, how it was computed, and the raw document. */
import { useState } from 'react';
import { questionOf } from '../../catalogue';
import { useStatus } from '../../context';
import type { StudyFinding } from '../../stores/session';
import { Computed } from '../Method';
import { Raw } from '../Raw';
import { docsPage, Markdown } from './Markdown';

export function StudyMethod({ finding }: { readonly finding: StudyFinding }) {
  const about = useStatus((state) => questionOf(state.catalogue, finding.document.kind)?.about);
  return (
    <section className="method" aria-label="Method" data-testid="method">
      {about && (
        <p className="limits">
          <strong>{about.title}.</strong> {about.limits}
          {about.citation && (
            <>
              {' '}
              <a href={about.citation.url}>{about.citation.text}</a>.
            </>
          )}
        </p>
      )}
      {about && <Docs page={about.docs} />}
      <Computed finding={finding} />
      <Raw finding={finding} />
    </section>
  );
}

/** The method's page of the documentation, fetched when it is opened. */
function Docs({ page }: { readonly page: string }) {
  const [text, setText] = useState<string | null>(null);
  const load = docsPage(page);
  if (!load) return null;
  return (
    <details
      onToggle={async (event) => {
        if (event.currentTarget.open && text === null) setText(await load());
      }}
    >
      <summary>How it works, in full</summary>
      {text !== null && <Markdown text={text} />}
    </details>
  );
}
