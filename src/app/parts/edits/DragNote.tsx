/** What a dragged cell would do where it is. */
import { useMemo } from 'react';
import { tokenLabels } from '../../../results/tokens';
import { droppedOn } from '../../actions/copyState';
import { useStatus, useView } from '../../context';
import { placeText } from '../../copiedState';
import type { Place } from '../../edits';
import type { Finding } from '../../stores/session';

export function DragNote({ finding: { document } }: { readonly finding: Finding }) {
  const model = useStatus((state) => state.model?.spec);
  const from = useView((state) => state.dragged);
  const to = useView((state) => state.hover);
  const labels = useMemo(() => tokenLabels(document).map(({ label }) => label), [document]);
  const dropped = model && from && droppedOn(document, model, { from, to });
  if (!dropped) return null;
  const text = (place: Place) => placeText(model, place, labels);
  const isRefused = dropped.to !== null && dropped.why !== null;
  const goes = dropped.to ? `goes to ${text(dropped.to)}.` : 'Drop it on another cell: its state goes there.';
  return (
    <>
      <strong>{text(dropped.from)}</strong>
      <p className={isRefused ? 'error' : 'muted'} data-testid="drag-note">
        {dropped.why ?? goes}
      </p>
    </>
  );
}
