/** Two findings and their difference, figure by figure, each on one scale. */
import { useMemo, useState } from 'react';
import { type ComparedDocument, compareDocuments } from '../../results/compareFigures';
import type { Theme } from '../../ui/colour';
import { FigureGroup } from '../figure/Panel';
import { type FigureSelection, type FigureView, groupFigures } from '../figure/select';

export interface TriplesProps {
  readonly a: ComparedDocument;
  readonly b: ComparedDocument;
  readonly theme: Theme;
  readonly onSave: (view: FigureView, format: 'svg' | 'png') => void;
}

export function Triples({ a, b, theme, onSave }: TriplesProps) {
  const compared = useMemo(() => compareDocuments(a, b), [a, b]);
  const groups = useMemo(
    () => (typeof compared === 'string' ? [] : compared.flatMap((triple) => groupFigures(triple))),
    [compared],
  );
  const [hover, setHover] = useState<FigureSelection | null>(null);
  const [locked, setLocked] = useState<FigureSelection | null>(null);
  if (typeof compared === 'string')
    return (
      <p role="status" data-testid="compare-refused">
        {compared}
      </p>
    );
  return (
    <div className="compare-triples" data-testid="compare-triples">
      {groups.map((views) => (
        <FigureGroup
          key={views[0]!.figure.name}
          views={views}
          isFirst={false}
          asTable={false}
          theme={theme}
          selection={locked ?? hover}
          locked={locked !== null}
          onSave={onSave}
          onHover={setHover}
          onLock={(next) => setLocked(locked ? null : next)}
        />
      ))}
    </div>
  );
}
