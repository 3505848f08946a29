import { METRIC_NAMES } from '../../panels/metric';
import type { Metric } from '../../results/document';
import { editDraft } from '../actions/question';
import { useDraft, useLoci } from '../context';

export function MetricField() {
  const loci = useLoci();
  const metric = useDraft((state) => state.draft.metric);
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
          <option key={name} value={name}>
            {METRIC_NAMES[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
