/** The choice of what computes the open net. The graphics card is chosen only if it is verified. */
import { useState } from 'react';
import type { NetVerification } from '../../../engine/net/api';
import type { Provider } from '../../../onnx/runtime';
import { Segments } from '../../../ui/Segments';
import { computeOn, whyNoCard } from '../../actions/netProvider';
import { useLoci, useNet, useStatus } from '../../context';
import { messageOf } from '../../latest';
import { Verdict } from './Verdict';

const CHOICES = [
  ['wasm', 'processor'],
  ['webgpu', 'graphics card'],
] as const;

type Outcome = 'none' | 'moving' | NetVerification | Error;

export function ComputeOn() {
  const loci = useLoci();
  const provider = useNet(({ open }) => open!.environment.provider);
  const hasInput = useNet(({ open, pictures }) => open?.preprocessing === null || pictures.length > 0);
  const isRunning = useStatus(({ run }) => run !== null);
  const [outcome, setOutcome] = useState<Outcome>('none');
  const refused = whyNoCard(loci);
  const move = async (to: Provider) => {
    setOutcome('moving');
    try {
      setOutcome(await computeOn(loci, to));
    } catch (error) {
      setOutcome(new Error(messageOf(error)));
    }
  };
  return (
    <div className="model-verify" data-testid="net-compute-on">
      <div className="model-buttons net-compute-on">
        <span className="small">Compute on</span>
        <Segments
          label="Compute on"
          choices={CHOICES}
          chosen={provider}
          isDisabled={refused !== null || !hasInput || isRunning || outcome === 'moving'}
          onChoose={(to) => to !== provider && void move(to)}
        />
      </div>
      <p className="small muted" aria-live="polite">
        {outcome === 'none' &&
          (refused ??
            'The processor gives equal answers to equal values, bit for bit. The graphics card is verified first.')}
        {outcome === 'moving' && 'Opening the net there, and verifying …'}
        {outcome instanceof Error && outcome.message}
        {typeof outcome === 'object' && 'relative' in outcome && <Verdict of={outcome} />}
      </p>
    </div>
  );
}
