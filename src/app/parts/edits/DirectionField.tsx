/** Pushes the place along a direction of the unembedding, or along a vector from a file. */
import { useState } from 'react';
import { Button } from '../../../ui/Button';
import { pushAlong } from '../../actions/push';
import { useDraft, useLoci, useStatus } from '../../context';
import { whyNoPush } from '../../direction';
import type { Place } from '../../edits';
import { messageOf } from '../../latest';
import type { Finding } from '../../stores/session';
import { numbersOfFile } from '../form/numbersOf';
import { TokenField } from '../TokenField';

interface DirectionFieldProps {
  readonly finding: Finding;
  readonly place: Place;
}

export function DirectionField({ finding: { document }, place }: DirectionFieldProps) {
  const loci = useLoci();
  const model = useStatus((state) => state.model!.spec);
  const next = useDraft((state) => state.next);
  const [towards, setTowards] = useState<string | null>(null);
  const [away, setAway] = useState<string | null>(null);
  const shown = {
    towards: towards ?? document.answer?.token ?? '',
    away: away ?? document.distractor?.token ?? '',
  };
  const whyNot = whyNoPush(model, place);
  const take = async (file: File) => {
    try {
      await pushAlong(loci, place, { values: await numbersOfFile(file) });
    } catch (error) {
      loci.edits.setState({ note: messageOf(error) });
    }
  };
  return (
    <details className="edit-direction small" data-testid="edit-direction">
      <summary>Push along another direction</summary>
      <div className="edit-place">
        <TokenField
          label="Towards"
          testId="push-towards"
          value={shown.towards}
          placeholder="a token"
          options={next}
          onChange={setTowards}
        />
        <TokenField
          label="Away from"
          testId="push-away"
          value={shown.away}
          placeholder="nothing"
          options={next}
          onChange={setAway}
        />
        <Button
          small
          data-testid="edit-push"
          disabled={whyNot !== null || shown.towards.trim() === ''}
          title="Add this direction of the unembedding; drag how much, in lengths of the state"
          onClick={() => void pushAlong(loci, place, shown)}
        >
          Push
        </Button>
      </div>
      <label className="muted">
        Or a vector from a file (.npy or text){' '}
        <input
          type="file"
          accept=".npy,.txt,.csv,.json"
          data-testid="push-file"
          disabled={whyNot !== null}
          onChange={({ target }) => {
            const file = target.files?.[0];
            target.value = '';
            if (file) void take(file);
          }}
        />
      </label>
      {whyNot !== null && <p className="muted">{whyNot}</p>}
    </details>
  );
}
