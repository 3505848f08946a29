/** The finding: words, pictures, what the model says besides, and how it was made. */
import { lazy, Suspense, useMemo } from 'react';
import { type FigureView, groupFigures } from '../../panels/figure/select';
import * as words from '../../panels/study/Words';
import { fileStem } from '../../util/code/fileName';
import { isGraphFinding } from '../actions/graph';
import { useLoci, useView } from '../context';
import { download } from '../download';
import { guarded } from '../ErrorBoundary';
import type { Finding } from '../stores/session';
import { activeSelection, selectionActions } from '../stores/view';
import * as method from './Method';
import * as rerun from './Rerun';
import * as stale from './Stale';
import * as tighten from './Tighten';
import './results.css';

// Asked for at once, as a file of its own: words and question do not wait for the picture.
const figures = import('../../panels/figure/Panel');

const { Stale, Words, Tighten, Rerun, Graph, Figures, Readings, Generation, Method } = guarded({
  Stale: stale.Stale,
  Words: words.StudyWords,
  Tighten: tighten.Tighten,
  Rerun: rerun.Rerun,
  Graph: lazy(async () => ({ default: (await import('./graph/GraphSection')).GraphSection })),
  Figures: lazy(async () => ({ default: (await figures).FigureGroup })),
  // These stand below the pictures, so they may come after them.
  Readings: lazy(async () => ({ default: (await import('./Readings')).Readings })),
  Generation: lazy(async () => ({ default: (await import('./Generation')).Generation })),
  Method: method.Method,
});

export function Results({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const { document } = finding;
  const groups = useMemo(() => groupFigures(document.figures), [document.figures]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const theme = useView((state) => state.theme);
  const select = useMemo(() => selectionActions(loci.view), [loci]);
  const save = async (view: FigureView) => {
    const { figureSvg } = await import('../../panels/figure/svg');
    const svg = figureSvg(view, document.finding.replaceAll('*', ''));
    const name = `loci-${fileStem(view.figure.name, 'figure')}.svg`;
    download(name, new Blob([svg], { type: 'image/svg+xml' }));
  };
  return (
    <main className="results" data-testid="results">
      <Stale finding={finding} />
      <Words document={document} partial={finding.partial} />
      <Tighten finding={finding} at="corrupted" what="the corrupted level" />
      <Rerun finding={finding} />
      {isGraphFinding(finding) && (
        <Suspense>
          <Graph key={finding.id} finding={finding} />
        </Suspense>
      )}
      <Suspense fallback={<div className="waiting" />}>
        {groups.map((views) => (
          <Figures
            key={views[0]!.figure.name}
            views={views}
            theme={theme}
            selection={selection}
            locked={locked}
            onSave={save}
            {...select}
          />
        ))}
      </Suspense>
      {document.cases.asked === 1 && (
        <Suspense fallback={null}>
          <Readings finding={finding} />
          <Generation />
        </Suspense>
      )}
      <Method finding={finding} />
    </main>
  );
}
