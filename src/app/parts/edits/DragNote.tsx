/** What a dragged cell would do where it is, beside the pointer. */
import { useEffect, useMemo, useState } from 'react';
import { tokenLabels } from '../../../results/tokens';
import { Tooltip } from '../../../ui/Tooltip';
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
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  useEffect(() => {
    const follow = ({ clientX, clientY }: PointerEvent) => setAnchor(new DOMRect(clientX, clientY, 8, 8));
    window.addEventListener('pointermove', follow);
    return () => window.removeEventListener('pointermove', follow);
  }, []);
  const dropped = model && from && droppedOn(document, model, { from, to });
  if (!dropped || !anchor) return null;
  const text = (place: Place) => placeText(model, place, labels);
  return (
    <Tooltip anchor={anchor}>
      <strong>{text(dropped.from)}</strong>
      <p className={dropped.to && dropped.why ? 'error' : 'muted'} data-testid="drag-note">
        {dropped.why ??
          (dropped.to ? `goes to ${text(dropped.to)}.` : 'Drop it on another cell: its state goes there.')}
      </p>
    </Tooltip>
  );
}
