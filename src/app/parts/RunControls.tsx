/** Run, cost, progress, cancel, in constant space. */
import { Button } from '../../ui/Button';
import { about, count } from '../../ui/format';
import { cancelRun, runDraft } from '../actions/run';
import { useDraft, useLoci, useStatus } from '../context';
import { paced } from '../pace';
import { timeLeft } from '../statusText';

export function RunControls() {
  const loci = useLoci();
  const spec = useDraft((state) => state.spec);
  const estimate = useDraft((state) => state.estimate);
  const run = useStatus((state) => state.run);
  const model = useStatus((state) => state.model?.sha256);
  const pace = useStatus((state) => state.pace);
  const phase = useStatus((state) => state.phase);
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
              `${count(estimate!.forwards)} forward passes, ${estimate!.isMost ? 'at most ' : ''}${about(seconds)}`}
          </span>
          <Button
            look="primary"
            data-testid="run"
            disabled={!spec || model === undefined}
            onClick={() => void runDraft(loci)}
          >
            Run
          </Button>
        </>
      )}
    </div>
  );
}
