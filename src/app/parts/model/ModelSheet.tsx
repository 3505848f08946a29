/** The model menu's content: the open model, and ways to open another. */
import { useEffect, useRef } from 'react';
import { useNet, useStatus } from '../../context';
import { LensTools } from '../lens/LensTools';
import { NetSheet } from '../net/NetSheet';
import { Builtin } from './Builtin';
import { HubForm } from './HubForm';
import { LocalFiles } from './LocalFiles';
import { OpenModel } from './OpenModel';
import { Opening } from './Opening';
import { Preview } from './Preview';
import { Stored } from './Stored';

interface ModelSheetProps {
  readonly isBusy: boolean;
  /** Files are dragged over the page. */
  readonly isOver: boolean;
}

export function ModelSheet({ isBusy, isOver }: ModelSheetProps) {
  const model = useStatus((state) => state.model);
  const error = useStatus((state) => state.openError);
  const preview = useStatus((state) => state.preview);
  const isOpening = useStatus((state) => state.opening !== null);
  const isOfNet = useNet((state) => state.open !== null);
  const netError = useNet((state) => (state.open === null ? state.error : null));
  // Scrolls to results below the sheet's edge, e.g. a look-up from the list of copies.
  const shown = error ?? (preview?.state === 'known' ? preview.info : isOpening);
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) outcome.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <div role="group" aria-label="Model" className={isOver ? 'model is-over' : 'model'}>
      {isOfNet && <NetSheet />}
      {netError !== null && (
        <p className="error small" role="alert" data-testid="net-open-error">
          {netError}
        </p>
      )}
      {model && !isOfNet && <OpenModel model={model} isBusy={isBusy} />}
      <section className="model-another" aria-label="Open another model">
        <h2>Open another model</h2>
        <HubForm isBusy={isBusy}>
          <div ref={outcome} className="model-outcome">
            {error && (
              <p className="error small" role="alert" data-testid="model-error">
                {error}
              </p>
            )}
            {isOpening ? <Opening /> : <Preview isBusy={isBusy} />}
          </div>
        </HubForm>
        <LocalFiles isBusy={isBusy} />
      </section>
      <Builtin isBusy={isBusy} />
      <Stored isBusy={isBusy} />
      {!isOfNet && model?.spec.head === 'lm' && (
        <section className="model-another" aria-label="A Jacobian lens of it">
          <h2>Jacobian lens</h2>
          <LensTools />
        </section>
      )}
    </div>
  );
}
