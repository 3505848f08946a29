/** The edits above the picture, each on or off, and the model's answer with them. */
import { useEffect, useMemo } from 'react';
import { tokenLabels } from '../../../results/tokens';
import { Button } from '../../../ui/Button';
import {
  askEdits,
  askEverywhere,
  clearEdits,
  removeEdit,
  setStrength,
  settleEdits,
  toggleEdit,
} from '../../actions/edits';
import { useEdits, useLoci, useStatus } from '../../context';
import { type Change, isAnyOn, strengthOf } from '../../edits';
import { textOf } from '../../editText';
import type { Finding } from '../../stores/session';
import { Answer } from './Answer';
import './edits.css';

export function EditChips({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const { document } = finding;
  const changes = useEdits((state) => state.changes);
  const note = useEdits((state) => state.note);
  const model = useStatus((state) => state.model?.sha256);
  const isRunning = useStatus((state) => state.run !== null);
  const labels = useMemo(() => tokenLabels(document).map(({ label }) => label), [document]);
  useEffect(() => settleEdits(loci, finding), [loci, finding]);
  useEffect(() => {
    if (model !== undefined && !isRunning) void askEdits(loci, finding.origin === 'link');
  }, [loci, finding, model, isRunning]);
  if (changes.length === 0)
    return note === null ? null : (
      <p className="muted small" role="status">
        {note}
      </p>
    );
  return (
    <section className="edits" aria-label="Edits" data-testid="edits">
      <Answer finding={finding} />
      <ul className="edit-chips">
        {changes.map((change, index) => (
          // Edits have no names: a slider belongs to an index until edits are added or removed.
          <Chip key={`${index} of ${changes.length}`} change={change} index={index} labels={labels} />
        ))}
      </ul>
      <div className="edit-actions small">
        {note !== null && (
          <span className="muted" role="status">
            {note}
          </span>
        )}
        <Button
          look="link"
          small
          data-testid="ask-everywhere"
          disabled={!isAnyOn(changes)}
          onClick={async () => {
            await askEverywhere(loci);
            globalThis.document
              .querySelector('[aria-label="Question"]')
              ?.scrollIntoView({ block: 'nearest' });
          }}
        >
          Ask what this does everywhere
        </Button>
        <Button look="link" small data-testid="clear-edits" onClick={() => void clearEdits(loci)}>
          Remove all
        </Button>
      </div>
    </section>
  );
}

interface ChipProps {
  readonly change: Change;
  readonly index: number;
  readonly labels: readonly string[];
}

function Chip({ change, index, labels }: ChipProps) {
  const loci = useLoci();
  const names = useEdits((state) => state.names);
  const { what, does, where } = textOf(change, labels, names);
  const name = [what, does, where].filter((text) => text !== '').join(' ');
  const strength = strengthOf(change);
  return (
    <li className={change.off ? 'edit-chip is-off' : 'edit-chip'} data-testid="edit-chip">
      <label className="check">
        <input type="checkbox" checked={!change.off} onChange={() => void toggleEdit(loci, index)} />
        <span>
          <strong>{what}</strong> {does}
          {where !== '' && <span className="muted"> {where}</span>}
        </span>
      </label>
      {strength && (
        <input
          type="range"
          aria-label={`Strength of ${what}`}
          min={strength.min}
          max={strength.max}
          step={0.05}
          value={strength.value}
          disabled={change.off}
          onChange={({ target }) => void setStrength(loci, index, target.valueAsNumber)}
        />
      )}
      <button
        type="button"
        className="edit-remove"
        aria-label={`Remove ${name}`}
        onClick={() => void removeEdit(loci, index)}
      >
        ×
      </button>
    </li>
  );
}
