/** Download and memory of a model, before opening it. */
import type { WeightFormat } from '../../../engine/api';
import { Button } from '../../../ui/Button';
import { count, byteCount } from '../../../ui/format';
import { cancelOpening, openModel, setWeights } from '../../actions/model';
import { useLoci, useStatus } from '../../context';
import { Notes } from './Notes';

const FORMATS: readonly { readonly format: WeightFormat; readonly name: string }[] = [
  { format: 'f32', name: '32-bit floats' },
  { format: 'f16', name: 'half floats, packed' },
];

export function Preview({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const preview = useStatus((state) => state.preview);
  const chosen = useStatus((state) => state.weights);
  if (!preview) return null;
  if (preview.state === 'looking') {
    return (
      <div className="model-opening" data-testid="looking">
        <p className="small muted" role="status">
          Looking at {preview.name} …
        </p>
        <Button onClick={() => void cancelOpening(loci)}>Cancel</Button>
      </div>
    );
  }
  const { source, info } = preview;
  const { spec, formats } = info;
  const left = Math.max(0, info.downloadBytes - info.cachedBytes);
  const { problem } = formats[chosen];
  return (
    <div className="model-preview" data-testid="model-preview">
      <p>
        <strong>{info.title}</strong>{' '}
        <span className="muted small">
          {source.kind === 'hub' && source.id !== info.title && `${source.id}, `}
          {info.revision.slice(0, 12)}
        </span>
      </p>
      <p className="small">
        {spec.family}: {spec.nLayers} {spec.nLayers === 1 ? 'layer' : 'layers'}, {spec.nHeads} heads,{' '}
        {spec.dModel} wide, {count(info.parameters)} parameters.{' '}
        {left === 0
          ? 'All of it is kept on this device already.'
          : `Downloads ${byteCount(left)}${info.cachedBytes > 0 ? ` of ${byteCount(info.downloadBytes)}; the rest is here already` : ''}.`}
      </p>
      <Notes notes={info.notes} />
      <fieldset className="model-formats">
        <legend className="small muted">Keep the weights as</legend>
        {FORMATS.map(({ format, name }) => (
          <label key={format} className="check small">
            <input
              type="radio"
              name="weights"
              checked={chosen === format}
              onChange={() => setWeights(loci, format)}
            />
            {name} ({byteCount(formats[format].gpuBytes)} of GPU memory)
          </label>
        ))}
      </fieldset>
      {problem && (
        <p className="error small" role="alert">
          {problem}
        </p>
      )}
      <Button
        look="primary"
        disabled={isBusy || problem !== null}
        onClick={() => void openModel(loci, source)}
      >
        {left === 0 ? 'Open' : `Download ${byteCount(left)} and open`}
      </Button>
    </div>
  );
}
