/** Run, cost, progress, cancel, in constant space. */
import { Button } from '../../ui/Button';
import { about, count } from '../../ui/format';
import { cancelRun, runDraft } from '../actions/run';
import { useDraft, useLoci, useNet, useStatus } from '../context';
import type { Loci } from '../loci';
import { paced } from '../pace';
import type { NetState } from '../stores/net';
import { timeLeft } from '../statusText';

/** Loaded with the first net. */
const runNet = async (loci: Loci) => (await import('../actions/netQuestion')).runNet(loci);

const isRunnable = ({ open, kind, pictures }: NetState): boolean =>
  open !== null && kind !== '' && (open.preprocessing === null || pictures.length > 0);

export function RunControls() {
  const loci = useLoci();
  const spec = useDraft((state) => state.spec);
  const estimate = useDraft((state) => state.estimate);
  const run = useStatus((state) => state.run);
  const model = useStatus((state) => state.model?.sha256);
  const pace = useStatus((state) => state.pace);
  const phase = useStatus((state) => state.phase);
  const isOfNet = useNet((state) => state.open !== null);
  const isNetReady = useNet(isRunnable);
  const paces = model && spec ? { model, kind: String(spec.kind) } : null;
  const seconds = estimate && paced(pace, paces, estimate.seconds);
  return (
    <div className="run">
      {run ? (
        <>
          <div className="run-progress" data-testid="progress">
            <progress value={run.fraction} max={1} aria-label="Progress of the run" />
            <span className="small muted">
              {phase === 'recovering' ? 'recovering, ' : ''}
              {Math.round(run.fraction * 100)} %, {run.doing}, {timeLeft(run.secondsLeft)}
            </span>
          </div>
          <Button data-testid="cancel" disabled={run.cancelling} onClick={() => void cancelRun(loci)}>
            Cancel
          </Button>
        </>
      ) : (
        <>
          <span className="small muted" data-testid="estimate">
            {seconds !== null &&
              !isOfNet &&
              `${count(estimate!.forwards)} forward passes, ${estimate!.isMost ? 'at most ' : ''}${about(seconds)}`}
          </span>
          <Button
            look="primary"
            data-testid="run"
            disabled={isOfNet ? !isNetReady : !spec || model === undefined}
            onClick={() => void (isOfNet ? runNet(loci) : runDraft(loci))}
          >
            Run
          </Button>
        </>
      )}
    </div>
  );
}
