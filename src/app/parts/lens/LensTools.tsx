/** The Jacobian lens of the open model: which one is open, and ways to another. */
import { useEffect } from 'react';
import type { LensInfo } from '../../../engine/api';
import { countText } from '../../../results/format';
import { Button } from '../../../ui/Button';
import { FileButton } from '../../../ui/FileButton';
import { consecutive } from '../../../util/consecutive';
import { closeLens, deleteKept, loadKept, openKept, openLensFile, saveLens } from '../../actions/jacobian';
import { useLens, useLoci, useStatus } from '../../context';
import { FitLens } from './FitLens';
import './lensTools.css';

export function LensTools() {
  const loci = useLoci();
  const model = useStatus((state) => state.model);
  const { open, error, note, fitting, kept } = useLens((state) => state);
  useEffect(() => {
    if (model) void loadKept(loci);
  }, [loci, model]);
  const pick = ([file]: readonly File[]) => {
    if (file) void openLensFile(loci, file);
  };
  const others = kept.filter(({ sha256 }) => sha256 !== open?.sha256);
  return (
    <section className="lens-tools" aria-label="Jacobian lens" data-testid="lens-tools">
      {open ? (
        <OpenLens lens={open} />
      ) : (
        <p className="small">
          {model
            ? `No Jacobian lens of ${model.title} is open. It reads a state through the mean of what later blocks do with it.`
            : 'A Jacobian lens is opened for a model. None is open yet.'}
        </p>
      )}
      {error !== null && (
        <p className="error small" role="alert" data-testid="lens-error">
          {error}
        </p>
      )}
      <p className="small muted" role="status">
        {note}
      </p>
      <div className="lens-buttons">
        <FileButton
          label={error === null ? 'Open a lens file' : 'Open another lens file'}
          accept=".pt,.safetensors"
          disabled={!model || fitting !== null}
          data-testid="lens-file"
          onFiles={pick}
        />
        <span className="small muted">
          .pt (TransformerLens, Neuronpedia) or .safetensors; or drop it here.
        </span>
      </div>
      {others.length > 0 && (
        <ul className="lens-kept" aria-label="Kept on this device">
          {others.map(({ sha256, title, prompts }) => (
            <li key={sha256}>
              <span className="small">
                {title} <span className="muted">{countText(prompts, 'prompts')}</span>
              </span>
              <Button look="quiet" small onClick={() => void openKept(loci, sha256)}>
                Open
              </Button>
              <Button
                look="quiet"
                small
                aria-label={`Delete ${title} from this device`}
                onClick={() => void deleteKept(loci, sha256)}
              >
                Delete
              </Button>
            </li>
          ))}
        </ul>
      )}
      {model && <FitLens model={model} />}
    </section>
  );
}

/** '0 to 4, 7' */
const blocksText = (layers: readonly number[]): string =>
  consecutive(layers)
    .map(({ first, count }) => (count === 1 ? `${first}` : `${first} to ${first + count - 1}`))
    .join(', ');

function OpenLens({ lens }: { readonly lens: LensInfo }) {
  const loci = useLoci();
  const { title, prompts, layers, skipFirst, sha256 } = lens;
  return (
    <div className="lens-open" data-testid="lens-open">
      <dl className="pairs small">
        <dt>Lens</dt>
        <dd>{title}</dd>
        <dt>Fitted on</dt>
        <dd>
          {countText(prompts, 'prompts')}
          {skipFirst !== null && `, without their first ${skipFirst} tokens`}
        </dd>
        <dt>Blocks</dt>
        <dd>{blocksText(layers)}</dd>
        <dt>SHA-256</dt>
        <dd>
          <code title={sha256}>{sha256.slice(0, 12)}</code>
        </dd>
      </dl>
      <div className="lens-buttons">
        <Button onClick={() => void closeLens(loci)}>Remove</Button>
        <Button look="quiet" onClick={() => void saveLens(loci, 'pt')}>
          Save as .pt
        </Button>
        <Button look="quiet" onClick={() => void saveLens(loci, 'safetensors')}>
          Save as .safetensors
        </Button>
      </div>
    </div>
  );
}
