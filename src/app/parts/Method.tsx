/** The method, its limits, how the finding was computed, and the raw document. */
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { documentToText } from '../../share/file';
import { count, duration, flops } from '../../ui/format';
import { useAbout } from '../useAbout';
import type { Finding } from '../stores/session';

const DocsPage = lazy(async () => ({ default: (await import('./Markdown')).DocsPage }));

export function Method({ finding }: { readonly finding: Finding }) {
  const about = useAbout(finding.document.kind);
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
      {about && (
        <Unfolded
          summary="How it works, in full"
          content={() => (
            <Suspense>
              <DocsPage name={about.docs} />
            </Suspense>
          )}
        />
      )}
      <Computed finding={finding} />
      <Unfolded summary="Raw document" content={() => <RawText text={documentToText(finding.document)} />} />
    </section>
  );
}

/** Lines per piece. */
const PIECE = 200;

/** A long text in pieces: the browser lays out those in sight. */
function RawText({ text }: { readonly text: string }) {
  const lines = text.split('\n');
  const count = Math.ceil(lines.length / PIECE);
  return (
    <pre className="small raw">
      {Array.from({ length: count }, (_, i) => {
        const piece = lines.slice(i * PIECE, (i + 1) * PIECE);
        const style = { containIntrinsicHeight: `auto ${piece.length}lh` };
        return <div key={i} style={style}>{`${piece.join('\n')}\n`}</div>;
      })}
    </pre>
  );
}

interface UnfoldedProps {
  readonly summary: string;
  readonly content: () => ReactNode;
}

/** Makes its content when it opens. */
function Unfolded({ summary, content }: UnfoldedProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && content()}
    </details>
  );
}

/** Hardware and work of the computation. */
function Computed({ finding }: { readonly finding: Finding }) {
  const { counters, environment, model } = finding.document;
  const saved = counters.flops > 0 ? counters.naiveFlops / counters.flops : 1;
  return (
    <details>
      <summary>How it was computed</summary>
      <p>
        {model.title}, weights {model.sha256.slice(0, 12)}, on {environment.adapter} ({environment.engine},{' '}
        {environment.execution}) in {duration(environment.seconds)}: {count(counters.dispatches)} dispatches,{' '}
        {count(counters.submits)} submits, {count(counters.readbacks)} readbacks, {flops(counters.flops)},
        which is {saved.toFixed(1)} times less than running every restored run in full.
      </p>
    </details>
  );
}
