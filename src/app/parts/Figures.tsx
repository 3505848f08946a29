/** A finding's figures, grouped by unit. */
import { useMemo } from 'react';
import { FigureGroup } from '../../panels/figure/Panel';
import { groupFigures } from '../../panels/figure/select';
import { footOf } from '../../results/origin';
import { useLoci, useView } from '../context';
import { saveFigure } from '../saveFigure';
import type { Finding } from '../stores/session';
import { activeSelection, selectionActions } from '../stores/view';

interface FiguresProps {
  readonly finding: Finding;
  readonly asTable?: boolean;
}

export function Figures({ finding: { document, partial }, asTable = false }: FiguresProps) {
  const loci = useLoci();
  const groups = useMemo(() => groupFigures(document.figures), [document.figures]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const theme = useView((state) => state.theme);
  const select = useMemo(() => selectionActions(loci.view), [loci]);
  return groups.map((views, i) => (
    <FigureGroup
      key={views[0]!.figure.name}
      views={views}
      expected={partial && i === 0 ? kindsOf(document) : 0}
      isFirst={i === 0}
      theme={theme}
      asTable={asTable}
      selection={selection}
      locked={locked}
      onSave={(view, format) => saveFigure(view, format, document.finding, footOf(document))}
      {...select}
    />
  ));
}

/** Kinds of state that a trace restores, one picture each; 0 for other questions. */
function kindsOf({ spec: { kinds } }: Finding['document']): number {
  return Array.isArray(kinds) ? kinds.length : 0;
}
