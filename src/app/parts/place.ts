import { useMemo } from 'react';
import { namedPlace, placeOf, type Selection } from '../../panels/selection';
import { useLoci, useView } from '../context';
import type { Finding } from '../stores/session';
import { activeSelection, selectionActions } from '../stores/view';

/** Props of panels over positions and layers: the selected place, and its events. */
export function usePlace({ document }: Finding) {
  const loci = useLoci();
  const active = useView(activeSelection);
  const isLocked = useView((state) => state.locked !== null);
  const actions = useMemo(() => {
    const { onHover, onLock } = selectionActions(loci.view);
    return {
      onHover: (place: Selection | null) => onHover(place && namedPlace(document, place)),
      onLock: (place: Selection | null) => onLock(place && namedPlace(document, place)),
    };
  }, [loci, document]);
  const selection = useMemo(() => placeOf(document, active), [document, active]);
  return { ...actions, selection, locked: isLocked && selection !== null };
}
