/** A study: its finding in a sentence, what has to be known to read it, its figures, and how it was made. */
import { lazy, Suspense, useMemo } from 'react';
import * as figurePanel from '../../../panels/figure/Panel';
import { type FigureSelection, type FigureView, groupFigures } from '../../../panels/figure/select';
import { figureSvg } from '../../../panels/figure/svg';
import { fileStem } from '../../../util/code/fileName';
import * as words from '../../../panels/study/Words';
import { isGraphFinding } from '../../actions/graph';
import { useLoci, useView } from '../../context';
import { download } from '../../download';
import { guarded } from '../../ErrorBoundary';
import type { StudyFinding } from '../../stores/session';
import { activeFigure } from '../../stores/view';
import * as readings from '../Readings';
import * as rerun from '../Rerun';
import * as stale from '../Stale';
import * as method from './StudyMethod';
import './study.css';

const { Stale, Finding, Rerun, Graph, Figures, Readings, Method } = guarded({
  Stale: stale.Stale,
  Finding: words.StudyWords,
  Rerun: rerun.Rerun,
  Graph: lazy(async () => ({ default: (await import('../graph/GraphSection')).GraphSection })),
  Figures: figurePanel.FigureGroup,
  Readings: readings.Readings,
  Method: method.StudyMethod,
});

export function StudyResults({ finding }: { readonly finding: StudyFinding }) {
  const loci = useLoci();
  const { document } = finding;
  const groups = useMemo(() => groupFigures(document.figures), [document.figures]);
  const selection = useView(activeFigure);
  const locked = useView((state) => state.figureLocked !== null);
  const theme = useView((state) => state.theme);
  const select = {
    onHover: (figureHover: FigureSelection | null) => loci.view.setState({ figureHover }),
    onLock: (figureLocked: FigureSelection | null) => {
      const { figureLocked: before } = loci.view.getState();
      const isSame = JSON.stringify(before) === JSON.stringify(figureLocked);
      loci.view.setState({ figureLocked: isSame ? null : figureLocked });
    },
    onSave: (view: FigureView) => {
      const svg = figureSvg(view, document.finding.replaceAll('*', ''));
      download(
        `loci-${fileStem(view.figure.name, 'figure')}.svg`,
        new Blob([svg], { type: 'image/svg+xml' }),
      );
    },
  };
  return (
    <main className="results study" data-testid="study">
      <Stale finding={finding} />
      <Finding document={document} partial={finding.partial} />
      <Rerun finding={finding} />
      {isGraphFinding(finding) && (
        <Suspense>
          <Graph key={finding.id} finding={finding} />
        </Suspense>
      )}
      {groups.map((views) => (
        <Figures
          key={views[0]!.figure.name}
          views={views}
          theme={theme}
          selection={selection}
          locked={locked}
          {...select}
        />
      ))}
      {document.cases.asked === 1 && <Readings finding={finding} />}
      <Method finding={finding} />
    </main>
  );
}
