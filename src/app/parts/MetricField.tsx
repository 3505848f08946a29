import { METRIC_NAMES } from '../../results/format';
import type { Metric } from '../../results/parts';
import { editDraft } from '../actions/question';
import { questionOf } from '../catalogue';
import { useDraft, useLoci, useStatus } from '../context';

export function MetricField() {
  const loci = useLoci();
  const metric = useDraft((state) => state.draft.metric);
  const kind = useDraft((state) => state.draft.kind);
  const only = useStatus((state) => questionOf(state.catalogue, kind)?.about.needs?.metric);
  return (
    <label className="labelled">
      <span>Metric</span>
      <select
        className="field"
        data-testid="metric-picker"
        value={metric}
        onChange={(event) => void editDraft(loci, { metric: event.target.value as Metric })}
      >
        {(Object.keys(METRIC_NAMES) as Metric[]).map((name) => (
          <option key={name} value={name} disabled={only !== undefined && name !== only}>
            {METRIC_NAMES[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
