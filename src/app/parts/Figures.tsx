/** A finding's figures, grouped by unit. */
import { useMemo } from 'react';
import { FigureGroup } from '../../panels/figure/Panel';
import { groupFigures } from '../../panels/figure/select';
import { runsOf } from '../../panels/runs/select';
import { footOf } from '../../results/origin';
import { useNarrow } from '../../ui/useNarrow';
import { useLoci, useView } from '../context';
import { saveFigure } from '../saveFigure';
import type { Finding } from '../stores/session';
import { activeSelection, selectionActions } from '../stores/view';
import { WhatWasDone } from './WhatWasDone';

interface FiguresProps {
  readonly finding: Finding;
  readonly asTable?: boolean;
}

export function Figures({ finding: { document }, asTable = false }: FiguresProps) {
  const loci = useLoci();
  const isNarrow = useNarrow();
  const runs = useMemo(() => (asTable || isNarrow ? null : runsOf(document)), [asTable, isNarrow, document]);
  const groups = useMemo(() => groupFigures(document.figures), [document.figures]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const theme = useView((state) => state.theme);
  const select = useMemo(() => selectionActions(loci.view), [loci]);
  return groups.map((views, i) => (
    <FigureGroup
      key={views[0]!.figure.name}
      views={views}
      isFirst={i === 0}
      note={i === 0 && runs && <WhatWasDone runs={runs} />}
      theme={theme}
      asTable={asTable}
      selection={selection}
      locked={locked}
      onSave={(view, format) => saveFigure(view, format, document.finding, footOf(document))}
      {...select}
    />
  ));
}
