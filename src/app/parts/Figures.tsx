/** A finding's figures, grouped by unit. */
import { lazy, Suspense, useMemo, useState } from 'react';
import type { FigureDrag } from '../../panels/figure/FigurePanel';
import { FigureGroup } from '../../panels/figure/Panel';
import { headLabel } from '../../panels/attention/headKinds';
import { documentFigures, type FigureSelection } from '../../panels/figure/select';
import { runsOf } from '../../panels/runs/select';
import type { Figure } from '../../results/document';
import { footOf } from '../../results/origin';
import { useNarrow } from '../../ui/useNarrow';
import { whyNotAsked } from '../actions/answer';
import { useLoci, useStatus, useView } from '../context';
import { saveFigure } from '../saveFigure';
import type { Finding } from '../stores/session';
import { headOf, useHeadKinds } from './headKinds';
import { activeSelection, selectionActions } from '../stores/view';
import { WhatWasDone } from './WhatWasDone';

const DragNote = lazy(async () => ({ default: (await import('./edits/DragNote')).DragNote }));

interface FiguresProps {
  readonly finding: Finding;
  readonly asTable?: boolean;
}

export function Figures({ finding, asTable = false }: FiguresProps) {
  const { document, partial } = finding;
  const loci = useLoci();
  const isNarrow = useNarrow();
  const runs = useMemo(() => (asTable || isNarrow ? null : runsOf(document)), [asTable, isNarrow, document]);
  const [isUnfolded, setUnfolded] = useState(false);
  const groups = useMemo(() => documentFigures(document, isUnfolded), [document, isUnfolded]);
  const band = useView((state) => state.band);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const theme = useView((state) => state.theme);
  const select = useMemo(() => selectionActions(loci.view), [loci]);
  const drag = useDraggedState(finding);
  const kinds = useHeadKinds(finding, document.figures.some(isOfHeads));
  const noteOf = (cell: FigureSelection) => {
    const head = headOf(cell);
    return head && headLabel(kinds?.[head.layer]?.[head.head]);
  };
  return groups.map((views, i) => (
    <FigureGroup
      key={views[0]!.figure.name}
      views={views}
      expected={partial && i === 0 ? kindsOf(document) : 0}
      isFirst={i === 0}
      note={i === 0 && runs && <WhatWasDone runs={runs} />}
      theme={theme}
      asTable={asTable}
      band={band}
      onBand={(chosen) => loci.view.setState({ band: chosen })}
      onFold={() => setUnfolded(!isUnfolded)}
      selection={selection}
      locked={locked}
      drag={drag}
      noteOf={noteOf}
      onSave={(view, format) => saveFigure(view, format, document.finding, footOf(document))}
      {...select}
    />
  ));
}

const isOfHeads = ({ axes }: Figure): boolean => axes.some(({ name }) => name === 'head');

/** A cell dragged onto another puts its state there; undefined if the model cannot be asked. */
function useDraggedState(finding: Finding): FigureDrag | undefined {
  const { document } = finding;
  const loci = useLoci();
  const isAsked = useStatus((state) => whyNotAsked(state, document.model) === null);
  const spec = useStatus((state) => state.model?.spec);
  const from = useView((state) => state.dragged);
  return useMemo(
    () =>
      spec && isAsked && document.cases.asked === 1
        ? {
            from,
            flow: { isCausal: spec.attention.causal, isParallel: spec.parallel },
            note: (
              <Suspense>
                <DragNote finding={finding} />
              </Suspense>
            ),
            onBegin: (dragged) => loci.view.setState({ dragged }),
            onEnd: async (isDropped) => {
              const { dragged, hover } = loci.view.getState();
              loci.view.setState({ dragged: null });
              if (!isDropped || !dragged || !hover) return;
              await (await import('../actions/copyState')).dropState(loci, { from: dragged, to: hover });
            },
          }
        : undefined,
    [loci, finding, document, spec, isAsked, from],
  );
}

/** Kinds of state that a trace restores, one picture each; 0 for other questions. */
function kindsOf({ spec: { kinds } }: Finding['document']): number {
  return Array.isArray(kinds) ? kinds.length : 0;
}
