/** What was done to get a finding, folded or not; and once, an offer of the tour. */
import { RunsStrip } from '../../panels/runs/Panel';
import type { Runs } from '../../panels/runs/select';
import { Button } from '../../ui/Button';
import { useLoci, useStatus, useView } from '../context';
import { keep } from '../kept';
import { FOLDED } from '../firstVisit';

export function WhatWasDone({ runs }: { readonly runs: Runs }) {
  const loci = useLoci();
  const isFolded = useView((state) => state.isMethodFolded);
  const fold = (isMethodFolded: boolean) => {
    keep(FOLDED, isMethodFolded ? 'yes' : '');
    loci.view.setState({ isMethodFolded });
  };
  return (
    <section className="what-was-done" aria-label="What was done" data-testid="what-was-done">
      <div className="what-head small">
        <button
          type="button"
          className="finding-also"
          aria-expanded={!isFolded}
          onClick={() => fold(!isFolded)}
        >
          What was done
        </button>
        <TourOffer />
      </div>
      {!isFolded && <RunsStrip {...runs} />}
    </section>
  );
}

function TourOffer() {
  const loci = useLoci();
  const isOffered = useView((state) => state.tour === 'offered');
  const isRunning = useStatus((state) => state.run !== null);
  if (!isOffered) return null;
  return (
    <span data-testid="tour-offer">
      <span className="muted">New here? </span>
      <Button
        look="link"
        disabled={isRunning}
        data-testid="take-tour"
        onClick={() => loci.view.setState({ tour: 'on' })}
      >
        Take the tour
      </Button>
      <Button look="link" onClick={() => loci.view.setState({ tour: 'off' })}>
        No, thanks
      </Button>
    </span>
  );
}
