/**
 * A tour of the page in a few steps that really do what they say. It stands beside the page, which
 * stays usable; leaving it puts the page back.
 */
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../ui/Button';
import { useNarrow } from '../../ui/useNarrow';
import { whyNotAsked } from '../actions/answer';
import { useEdits, useFinding, useLoci, useStatus, useView } from '../context';
import { STEPS } from './steps';
import { type Before, beginTour, endTour } from './visit';
import './tour.css';

export function Tour() {
  const loci = useLoci();
  const [at, setAt] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [before, setBefore] = useState<Before | null>(null);
  const card = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  const isNarrow = useNarrow();
  const finding = useFinding();
  const seen = {
    finding,
    locked: useView((state) => state.locked),
    answer: useEdits((state) => state.answer),
  };
  const why = useStatus((state) => (finding ? whyNotAsked(state, finding.document.model) : null));
  // A model that is still loading is worth waiting for.
  const isWithout = useStatus(
    (state) => why !== null && (state.gpuMissing !== null || state.model !== null) && state.run === null,
  );
  const isSkipped = (i: number) => isWithout && STEPS[i]!.act?.needsEngine === true;
  const { title: name, text, about, act } = STEPS[at]!;
  const next = STEPS.findIndex((_, i) => i > at && !isSkipped(i));
  const previous = STEPS.findLastIndex((_, i) => i < at && !isSkipped(i));
  const skipped = next < 0 ? 0 : next - at - 1;
  const told = act?.told(seen) ?? null;
  const waits = act?.needsEngine === true && !isBusy && why !== null;

  useEffect(() => {
    void beginTour(loci).then(setBefore);
  }, [loci]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: every step begins at its title.
  useEffect(() => {
    title.current!.focus({ preventScroll: true });
  }, [at]);

  // React leaves an attribute alone that it does not know.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another finding has other elements.
  useEffect(() => {
    if (before === null) return;
    const element = document.querySelector<HTMLElement>(about);
    if (!element) return;
    element.dataset.tour = 'here';
    element.scrollIntoView({ block: isNarrow ? 'start' : 'nearest' });
    return () => {
      delete element.dataset.tour;
    };
  }, [about, before, isNarrow, finding?.id]);

  const leave = useCallback(() => {
    if (before === null) return;
    loci.view.setState({ tour: 'off' });
    void endTour(loci, before, isBusy && loci.status.getState().run !== null);
    document.querySelector<HTMLElement>('[data-testid=help]')?.focus();
  }, [loci, before, isBusy]);

  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      const { activeElement } = document;
      // Escape inside a picture or a menu is theirs.
      const isHere = activeElement === document.body || card.current!.contains(activeElement);
      if (key === 'Escape' && isHere) leave();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [leave]);

  const perform = async () => {
    if (isBusy || waits || before === null) return;
    setBusy(true);
    await act!.run(loci);
    setBusy(false);
  };

  return (
    <section
      ref={card}
      className="tour"
      role="dialog"
      aria-modal={false}
      aria-labelledby={titleId}
      data-testid="tour"
    >
      <p className="small muted">
        Tour, step {at + 1} of {STEPS.length}
      </p>
      <h2 ref={title} id={titleId} tabIndex={-1}>
        {name}
      </h2>
      <p>{text}</p>
      {act && (
        <Button
          data-testid="tour-act"
          aria-disabled={isBusy || waits}
          title={waits ? why : undefined}
          onClick={() => void perform()}
        >
          {act.label}
        </Button>
      )}
      <p className="small" role="status" data-testid="tour-told">
        {isBusy ? 'Asking the model.' : (told ?? (waits ? why : null))}
      </p>
      {skipped > 0 && (
        <p className="small muted" data-testid="tour-skipped">
          {skipped === 1 ? 'The next step is' : `The next ${skipped} steps are`} skipped. {why}
        </p>
      )}
      <div className="tour-moves">
        <Button look="quiet" data-testid="tour-leave" title="Leave the tour (Esc)" onClick={leave}>
          Leave
        </Button>
        {previous >= 0 && (
          <Button data-testid="tour-back" onClick={() => setAt(previous)}>
            Back
          </Button>
        )}
        <Button
          look="primary"
          data-testid="tour-next"
          disabled={before === null}
          onClick={() => (next < 0 ? leave() : setAt(next))}
        >
          {next < 0 ? 'Done' : 'Next'}
        </Button>
      </div>
    </section>
  );
}
