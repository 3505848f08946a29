/** Fits a Jacobian lens on texts, in the page. */
import { useId, useMemo, useState } from 'react';
import type { ModelInfo } from '../../../engine/api';
import { countText } from '../../../results/format';
import { Button } from '../../../ui/Button';
import { FileButton } from '../../../ui/FileButton';
import { duration } from '../../../ui/format';
import { fitLens, stopFit } from '../../actions/jacobian';
import { useLens, useLoci, useStatus } from '../../context';
import type { Fitting } from '../../stores/lens';
import { passagesOf, textsOf } from './passages';

interface Texts {
  readonly title: string;
  readonly text: string;
}

/** Passages of a model's facts to begin with. */
const MOST_FACTS = 40;
const NOTHING: Texts = { title: '', text: '' };

export function FitLens({ model }: { readonly model: ModelInfo }) {
  const loci = useLoci();
  const fitting = useLens((state) => state.fitting);
  const isRunning = useStatus((state) => state.run !== null);
  const id = useId();
  const facts = useMemo(() => {
    const passages = passagesOf(model.facts).slice(0, MOST_FACTS);
    return { title: `${passages.length} passages of ${model.title}’s facts`, text: passages.join('\n\n') };
  }, [model]);
  const [typed, setTyped] = useState<Texts | null>(null);
  const [isShown, setShown] = useState(false);
  const { title, text } = typed ?? (model.facts.length > 0 ? facts : NOTHING);
  const texts = textsOf(text);
  if (fitting) return <Progress fitting={fitting} />;
  const read = async ([file]: readonly File[]) => {
    if (file) setTyped({ title: file.name, text: await file.text() });
  };
  return (
    <details className="lens-fit" open={isShown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary className="small">Fit one on texts</summary>
      {isShown && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void fitLens(loci, texts, title || `${texts.length} typed texts`);
          }}
        >
          <label className="small" htmlFor={id}>
            Texts, with an empty line between two. Each counts from its 17th token on.
            {typed === null &&
              model.facts.length > 0 &&
              ' These are facts that the model was trained on, joined.'}
          </label>
          <textarea
            id={id}
            rows={5}
            value={text}
            onChange={({ target }) => setTyped({ title: '', text: target.value })}
          />
          <div className="lens-buttons">
            <Button type="submit" disabled={texts.length === 0 || isRunning} data-testid="fit-lens">
              Fit on {countText(texts.length, 'texts')}
            </Button>
            <FileButton
              label="Read a text file"
              className="button quiet"
              accept=".txt,text/plain"
              onFiles={read}
            />
          </div>
          <p className="small muted">
            {model.spec.dModel} backward passes per text. You can stop it, and resume it later.
          </p>
        </form>
      )}
    </details>
  );
}

function Progress({ fitting }: { readonly fitting: Fitting }) {
  const loci = useLoci();
  const { fraction, secondsLeft, doing, cancelling } = fitting;
  const left = secondsLeft === null || fraction === 0 ? '' : `, ${duration(secondsLeft)} left`;
  return (
    <div className="lens-fitting" data-testid="lens-fitting">
      <p className="small">{cancelling ? 'Stopping …' : `Fitting, ${doing}${left}`}</p>
      <progress value={fraction} aria-label="Fitting a Jacobian lens" />
      <Button disabled={cancelling} onClick={() => void stopFit(loci)}>
        Stop
      </Button>
    </div>
  );
}
