/** Recomputes an outside finding and shows the deviation. */
import { countText, points, scientific } from '../../results/format';
import type { ResultDocument } from '../../results/document';
import { isOfNet } from '../../results/ofNet';
import { Button } from '../../ui/Button';
import { rerun } from '../actions/run';
import { useLoci, useNet, useStatus } from '../context';
import type { Loci } from '../loci';
import type { Deviation, DeviationRow } from '../../share/deviation';
import type { Finding } from '../stores/session';

/** Loaded with the first net. */
const rerunNet = async (loci: Loci) => (await import('../actions/netQuestion')).rerunNet(loci);

export function Rerun({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const missing = useStatus((state) => state.gpuMissing);
  const error = useStatus((state) => state.rerunError);
  const ofNet = isOfNet(finding.document);
  const isIdle = useStatus((state) => state.run === null);
  const hasModel = useStatus((state) => state.model !== null);
  const hasNet = useNet((state) => state.open !== null);
  const ready = isIdle && (ofNet ? hasNet : hasModel);
  if (missing !== null && !ofNet) {
    return (
      <p className="note" data-testid="webgpu-missing">
        {missing} This finding is complete; what is missing is a GPU to re-run it.
      </p>
    );
  }
  if (finding.origin === 'run') return null;
  return (
    <div className="rerun">
      <Button
        data-testid="rerun"
        disabled={!ready}
        onClick={() => void (ofNet ? rerunNet(loci) : rerun(loci))}
      >
        Re-run
      </Button>
      <p
        className={error === null ? 'small muted' : 'small error'}
        aria-live="polite"
        data-testid={finding.deviation && error === null ? 'deviation' : undefined}
      >
        {error !== null
          ? error
          : finding.deviation
            ? deviationText(finding.deviation, finding.document)
            : `Computed on ${finding.document.environment.adapter}, ${finding.document.environment.time.slice(0, 10)}. Re-run it here to check it.`}
      </p>
    </div>
  );
}

/** 'Re-run: the largest deviation is 0.002 points; the link's step is 0.001 points. ...' */
function deviationText(deviation: Deviation, document: ResultDocument): string {
  const excess = ({ largest, tolerance }: DeviationRow): number => largest / tolerance;
  const worst = deviation.rows.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const isShare = document.figures.find(({ name }) => name === worst.name)?.percent;
  const show = (value: number): string => {
    if (worst.unit === 'edges') return countText(value, 'edges');
    if (isShare) return `${points(value)} points`;
    return value === 0 ? '0' : scientific(value);
  };
  const step = worst.step === 0 ? 'nothing was rounded' : `the link’s step is ${show(worst.step)}`;
  const verdict = deviation.isWithin
    ? 'The same finding.'
    : 'More than rounding explains: not the same finding.';
  return `Re-run: the largest deviation is ${show(worst.largest)} (${worst.name}); ${step}. ${verdict}`;
}
