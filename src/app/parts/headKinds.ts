/** Kinds of heads of a finding's model, if it is open; asked for when they are first used. */
import { useEffect } from 'react';
import type { HeadShares } from '../../panels/attention/headKinds';
import type { AttentionHead } from '../../panels/attention/select';
import type { FigureSelection } from '../../panels/figure/select';
import { useLoci, useStatus } from '../context';
import type { Finding } from '../stores/session';

/** The head that a selection names. */
export function headOf(selection: FigureSelection | null): AttentionHead | null {
  const [layer, head] = ['layer', 'head'].map((name) => Number(selection?.place[name] ?? Number.NaN));
  return Number.isInteger(layer) && Number.isInteger(head) ? { layer: layer!, head: head! } : null;
}

/** `isWanted`: heads are on the screen. */
export function useHeadKinds({ document }: Finding, isWanted: boolean): HeadShares | null {
  const loci = useLoci();
  const { sha256 } = document.model;
  const open = useStatus((state) => state.model?.sha256);
  const isRunning = useStatus((state) => state.run !== null);
  const kinds = useStatus((state) => state.headKinds);
  useEffect(() => {
    if (isWanted && !isRunning && open === sha256)
      void import('../actions/headKinds').then(({ loadHeadKinds }) => loadHeadKinds(loci));
  }, [loci, isWanted, isRunning, open, sha256]);
  return kinds?.sha256 === sha256 ? kinds.shares : null;
}
