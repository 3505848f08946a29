/**
 * A finding on the page: its sentence, its views under tabs, what is below them, and the right
 * column. A new view is a folder under `src/panels`, a part that gives it the page's state, and a
 * line here.
 */
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo } from 'react';
import { howToRead } from '../panels/figure/reading';
import { runsOf } from '../panels/runs/select';
import * as words from '../panels/study/Words';
import { isOfNet } from '../results/ofNet';
import { panelId, tabId, Tabs } from '../ui/Tabs';
import { useNarrow } from '../ui/useNarrow';
import './parts/results.css';
import { canCutWires, isGraphFinding } from './actions/graph';
import { useLoci, useView } from './context';
import { guarded } from './ErrorBoundary';
import * as figures from './parts/Figures';
import * as method from './parts/Method';
import * as rerun from './parts/Rerun';
import * as stale from './parts/Stale';
import * as tighten from './parts/Tighten';
import { WhatWasDone } from './parts/WhatWasDone';
import type { Finding } from './stores/session';
import type { TabName } from './stores/view';

interface Props {
  readonly finding: Finding;
}

const readings = () => import('./parts/Readings');
const NetStale = lazy(async () => ({ default: (await import('./parts/net/NetStale')).NetStale }));

// Views other than the first finding's, and parts below the pictures, load on demand.
const parts = guarded({
  Words: ({ finding }: Props) => (
    <words.StudyWords document={finding.document} partial={finding.partial}>
      {isOfNet(finding.document) ? (
        <Suspense>
          <NetStale finding={finding} />
        </Suspense>
      ) : (
        <stale.Stale finding={finding} />
      )}
    </words.StudyWords>
  ),
  CorruptedLevel: ({ finding }: Props) => (
    <div className="tighten-place">
      <tighten.Tighten finding={finding} at="corrupted" what="the corrupted level" />
    </div>
  ),
  Rerun: rerun.Rerun,
  Graph: lazy(async () => ({ default: (await import('./parts/graph/GraphSection')).GraphSection })),
  Edits: lazy(async () => ({ default: (await import('./parts/edits/EditChips')).EditChips })),
  Figures: figures.Figures,
  Tables: ({ finding }: Props) => <figures.Figures finding={finding} asTable />,
  Attention: lazy(async () => ({ default: (await readings()).Attention })),
  Lens: lazy(async () => ({ default: (await readings()).Lens })),
  Generation: lazy(async () => ({ default: (await import('./parts/Generation')).Generation })),
  Method: method.Method,
  Inspector: lazy(async () => ({ default: (await import('./parts/Inspector')).Inspector })),
  EditBar: lazy(async () => ({ default: (await import('./parts/edits/EditBar')).EditBar })),
  GraphInspector: lazy(async () => ({
    default: (await import('./parts/graph/GraphInspector')).AsideInspector,
  })),
});

interface PagePanel {
  readonly Panel: ComponentType<Props>;
  /** Whether a finding has its data. */
  readonly accepts: (finding: Finding) => boolean;
}

const panel = <F extends Finding>(
  Panel: ComponentType<{ readonly finding: F }>,
  accepts: ((finding: Finding) => finding is F) | ((finding: Finding) => boolean) = () => true,
): PagePanel => ({ Panel, accepts }) as PagePanel;

const hasFigures = ({ document }: Finding): boolean => document.figures.length > 0;
const isOnePrompt = ({ document }: Finding): boolean => document.cases.asked === 1 && !isOfNet(document);

/** In the order of the tabs. */
const VIEWS: Readonly<Record<TabName, PagePanel>> = {
  Map: panel(parts.Figures, hasFigures),
  Attention: panel(parts.Attention, isOnePrompt),
  Lens: panel(parts.Lens, isOnePrompt),
  Graph: panel(parts.Graph, isGraphFinding),
  Text: panel(parts.Generation, isOnePrompt),
  Table: panel(parts.Tables, hasFigures),
};

/** Above the views: what was changed by hand. */
const ABOVE: readonly PagePanel[] = [panel(parts.Edits, isOnePrompt)];

const BELOW: readonly PagePanel[] = [panel(parts.CorruptedLevel), panel(parts.Rerun), panel(parts.Method)];

const ASIDE: readonly PagePanel[] = [
  panel(parts.Inspector, (finding) => hasFigures(finding) || !canCutWires(finding)),
  panel(parts.EditBar, isOnePrompt),
  panel(parts.GraphInspector, canCutWires),
];

/** `waiting` holds the place of a loading panel. */
const shown = (panels: readonly PagePanel[], finding: Finding, waiting: ReactNode = null) =>
  panels.map(
    ({ Panel, accepts }, i) =>
      accepts(finding) && (
        <Suspense key={i} fallback={waiting}>
          <Panel finding={finding} />
        </Suspense>
      ),
  );

export function Results({ finding }: Props) {
  return (
    <main className="results" data-testid="results">
      <parts.Words finding={finding} />
      {shown(ABOVE, finding)}
      <Views finding={finding} />
      <div className="below">{shown(BELOW, finding)}</div>
    </main>
  );
}

/** The views that the finding has; it opens on its own picture. */
function Views({ finding }: Props) {
  const loci = useLoci();
  const chosen = useView(({ tab }) => (tab?.finding === finding.id ? tab.name : null));
  const names = (Object.keys(VIEWS) as TabName[]).filter((name) => VIEWS[name].accepts(finding));
  const own = isGraphFinding(finding) ? 'Graph' : names[0];
  const name = chosen !== null && names.includes(chosen) ? chosen : own;
  if (name === undefined) return null;
  return (
    <div className="views">
      <Tabs
        label="Views of the finding"
        names={names}
        selected={name}
        onSelect={(tab) => loci.view.setState({ tab: { finding: finding.id, name: tab } })}
      />
      <div className="view" role="tabpanel" id={panelId(name)} aria-labelledby={tabId(name)} key={name}>
        {shown([VIEWS[name]], finding, <p className="waiting" />)}
        {name === 'Map' && <HowToRead finding={finding} />}
      </div>
    </div>
  );
}

/** For readers on a phone. */
function HowToRead({ finding: { document } }: Props) {
  const runs = useMemo(() => runsOf(document), [document]);
  if (!useNarrow()) return null;
  return (
    <section className="how-to-read" aria-label="How to read this" data-testid="how-to-read">
      <p className="small">{howToRead(document.figures[0]!)}</p>
      {runs && <WhatWasDone runs={runs} />}
    </section>
  );
}

export const Aside = ({ finding }: Props) => <>{shown(ASIDE, finding, <section className="inspector" />)}</>;
