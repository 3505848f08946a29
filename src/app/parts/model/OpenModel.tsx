/** The open model in numbers, and whether it is verified on this device. */
import type { ModelInfo } from '../../../engine/api';
import { sigmaSource } from '../../../experiments/common/noise';
import { scientific } from '../../../results/format';
import { Button } from '../../../ui/Button';
import { count, byteCount } from '../../../ui/format';
import { downloadOnnx, verifyModel } from '../../actions/model';
import { useLoci, useStatus } from '../../context';
import { Notes } from './Notes';

export function OpenModel({ model, isBusy }: { readonly model: ModelInfo; readonly isBusy: boolean }) {
  const { spec } = model;
  const shared = spec.nHeads / spec.nKvHeads;
  return (
    <section className="model-open" aria-label="The open model">
      <h2>
        {model.title}
        {model.id !== model.title && model.revision !== 'builtin' && (
          <span className="small muted model-id"> {model.id}</span>
        )}
      </h2>
      <dl className="pairs small">
        <dt>Parameters</dt>
        <dd>
          {count(model.parameters)} ({byteCount(model.bytes)})
        </dd>
        <dt>Shape</dt>
        <dd>
          {spec.family}: {spec.nLayers} layers, {spec.nHeads} heads, {spec.dModel} wide
          {shared > 1 && `; ${spec.nKvHeads} key-value heads, each serves ${shared} query heads`}
        </dd>
        <dt>Weights on the device</dt>
        <dd>
          {model.weights === 'f16' ? 'half floats, packed' : '32-bit floats'} ({byteCount(model.gpuBytes)})
        </dd>
        <dt>One sigma</dt>
        <dd>
          {model.sigma
            ? `${model.sigma.value.toPrecision(3)}, ${sigmaSource(model.sigma.measuredOn)}`
            : 'none: its embeddings do not vary'}
        </dd>
        <dt>Revision</dt>
        <dd>
          <code title={model.revision}>{model.revision.slice(0, 12)}</code>
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <code title={model.sha256}>{model.sha256.slice(0, 12)}</code>
        </dd>
      </dl>
      {model.sigma && (
        <details className="small">
          <summary className="muted">How one sigma was measured</summary>
          <p className="muted">{model.sigma.rule}</p>
        </details>
      )}
      <Notes notes={model.notes} />
      <Verify disabled={isBusy} />
    </section>
  );
}

function Verify({ disabled }: { readonly disabled: boolean }) {
  const loci = useLoci();
  const verified = useStatus((state) => state.verified);
  const isMissing = useStatus((state) => state.gpuMissing !== null);
  const isRunning = verified?.state === 'running';
  return (
    <div className="model-verify" data-testid="verify">
      <div className="model-buttons">
        <Button disabled={disabled || isMissing || isRunning} onClick={() => void verifyModel(loci)}>
          Verify on this prompt
        </Button>
        <Button look="quiet" disabled={disabled || isRunning} onClick={() => void downloadOnnx(loci)}>
          Save as ONNX
        </Button>
      </div>
      <p className="small muted" aria-live="polite">
        {verified === null &&
          'Runs the same weights in onnxruntime-web (fetched once, 4 to 14 MB) and compares every hook site.'}
        {isRunning && 'Running the model in onnxruntime-web, on the processor …'}
        {verified?.state === 'done' && (
          <>
            <span className={verified.relative <= verified.bar ? 'verdict good' : 'verdict bad'}>
              {verified.relative <= verified.bar ? 'Verified' : 'Not verified'}
            </span>{' '}
            against {verified.against}: {verified.sites} hook sites; largest difference{' '}
            {scientific(verified.relative)} of a tensor’s largest value, at {verified.site} (limit{' '}
            {scientific(verified.bar)})
          </>
        )}
        {verified?.state === 'failed' && verified.message}
      </p>
    </div>
  );
}
