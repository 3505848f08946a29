/** How the numbers were made, what they do not show, and the raw document. */
import { count, duration, flops } from '../../ui/format';
import type { Finding } from '../stores/session';
import { Raw } from './Raw';

export function Method({ finding }: { readonly finding: Finding }) {
  return (
    <section className="method" aria-label="Method">
      <details>
        <summary>Method and citation</summary>
        <p>
          Three runs. Clean: the prompt as it is. Corrupted: the subject’s token embeddings get noise (or the
          other prompt’s tokens). Restored: as corrupted, but one state takes its value from the clean run.
          The effect is the metric of the restored run minus that of the corrupted one, paired by noise draw
          and averaged over exactly these draws, which the inspector shows. What other noise would give is
          another question: p has an interval from 30 draws on (hedged capital), log p and logit differences
          have Student’s t, and which cells have an effect at all is asked of all of them at once. Restoring
          the MLP or attention outputs does so over a window of layers.
        </p>
        <p>
          Meng, Bau, Andonian and Belinkov,{' '}
          <a href="https://arxiv.org/abs/2202.05262">Locating and Editing Factual Associations in GPT</a>{' '}
          (2022). On the choice of corruption and metric: Zhang and Nanda,{' '}
          <a href="https://arxiv.org/abs/2309.16042">Towards Best Practices of Activation Patching</a> (2023).
        </p>
      </details>
      <details>
        <summary>What this does not show</summary>
        <p>
          That a state is enough to bring the answer back does not mean that it is needed, nor that the fact
          is stored there: it may only pass through. Noise takes the model to inputs it never saw; another
          prompt’s tokens stay closer to what it knows. Wide windows inflate peaks. One prompt is one prompt:
          the intervals are over noise draws, not over facts.
        </p>
      </details>
      <Computed finding={finding} />
      <Raw finding={finding} />
    </section>
  );
}

/** On what, and with how much work. */
export function Computed({ finding }: { readonly finding: Finding }) {
  const { counters, environment, model } = finding.document;
  const saved = counters.flops > 0 ? counters.naiveFlops / counters.flops : 1;
  return (
    <details>
      <summary>How it was computed</summary>
      <p>
        {model.title}, weights {model.sha256.slice(0, 12)}, on {environment.adapter} ({environment.engine},{' '}
        {environment.execution}) in {duration(environment.seconds)}: {count(counters.dispatches)} dispatches,{' '}
        {count(counters.submits)} submits, {count(counters.readbacks)} readbacks, {flops(counters.flops)},
        which is {saved.toFixed(1)} times less than running every restored run in full.
      </p>
    </details>
  );
}
