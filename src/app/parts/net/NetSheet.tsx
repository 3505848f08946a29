/** The open net in the model menu: what it is, how it is checked, and the way back. */
import { useState } from 'react';
import type { NetVerification } from '../../../engine/net/api';
import type { Preprocessing } from '../../../model/picture';
import { Button } from '../../../ui/Button';
import { byteCount, count } from '../../../ui/format';
import { closeNet } from '../../actions/net';
import { verifyNet } from '../../actions/netAnswer';
import { useLoci, useNet, useStatus } from '../../context';
import { messageOf } from '../../latest';
import { Notes } from '../model/Notes';
import { ComputeOn } from './ComputeOn';
import { Verdict } from './Verdict';

export function NetSheet() {
  const loci = useLoci();
  const open = useNet((net) => net.open);
  const other = useStatus((state) => state.model?.title ?? 'the language model');
  if (!open) return null;
  const { title, bytes, model, sha256, spec, environment, classes, preprocessing, notes } = open;
  const cuts = spec.sites.filter(({ isCut }) => isCut).length;
  return (
    <section className="model-open" aria-label="The open net" data-testid="net-open">
      <h2>
        {title} {model.id !== title && <span className="small muted model-id"> {model.id}</span>}
      </h2>
      <dl className="pairs small">
        <dt>Parameters</dt>
        <dd>
          {count(spec.parameters)} ({byteCount(bytes)})
        </dd>
        <dt>Takes</dt>
        <dd>
          {spec.input.layout === null ? 'a latent' : 'a picture'} of [{spec.input.shape.join(', ')}]
          {spec.batch === 'one' && ', one after another'}
        </dd>
        {preprocessing && (
          <>
            <dt>Prepared by</dt>
            <dd>{preparation(preprocessing)}</dd>
          </>
        )}
        <dt>Says</dt>
        <dd>
          {classes === null ? `[${spec.sites.at(-1)!.shape.join(', ')}]` : `one of ${count(classes)} classes`}
        </dd>
        <dt>Sites</dt>
        <dd>
          {spec.sites.length}, of which {cuts} cut the net
        </dd>
        <dt>Computed by</dt>
        <dd>
          {environment.runtime}, {environment.provider}, {environment.device}, optimization{' '}
          {environment.optimization}
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <code title={sha256}>{sha256.slice(0, 12)}</code>
        </dd>
      </dl>
      <Notes notes={notes} />
      <ComputeOn key={sha256} />
      <Verify />
      <div className="model-buttons">
        <Button data-testid="net-close" onClick={() => closeNet(loci)}>
          Back to {other}
        </Button>
      </div>
    </section>
  );
}

function preparation({ resize, resample, crop, mean, std }: Preprocessing): string {
  const parts = [
    resize &&
      ('shortest' in resize ? `shorter edge ${resize.shortest}` : `${resize.width} × ${resize.height}`),
    resize && resample,
    crop && `middle ${crop.width} × ${crop.height}`,
    `mean ${mean.join(', ')}`,
    `deviation ${std.join(', ')}`,
  ];
  return parts.filter(Boolean).join('; ');
}

type Verified = 'none' | 'running' | NetVerification | Error;

/** Compares the answer with that of the untouched file. */
function Verify() {
  const loci = useLoci();
  const hasInput = useNet(({ open, pictures }) => open?.preprocessing === null || pictures.length > 0);
  const [verdict, setVerdict] = useState<Verified>('none');
  const verify = async () => {
    setVerdict('running');
    try {
      setVerdict(await verifyNet(loci));
    } catch (error) {
      setVerdict(new Error(messageOf(error)));
    }
  };
  return (
    <div className="model-verify">
      <div className="model-buttons">
        <Button disabled={!hasInput || verdict === 'running'} onClick={() => void verify()}>
          Verify on this picture
        </Button>
      </div>
      <p className="small muted" aria-live="polite">
        {verdict === 'none' &&
          'Compares the answer with that of the untouched file, which the engine may fuse.'}
        {verdict === 'running' && 'Running the untouched file …'}
        {verdict instanceof Error && verdict.message}
        {typeof verdict === 'object' && 'relative' in verdict && <Verdict of={verdict} />}
      </p>
    </div>
  );
}
