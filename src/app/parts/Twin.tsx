/** The corrupted twin, typed or from known facts; both prompts token under token. */
import { useState } from 'react';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { editDraft, suggestTwin } from '../actions/question';
import { needsTwin, questionOf } from '../catalogue';
import { useDraft, useLoci, useStatus } from '../context';
import { Alignment } from './Alignment';

export function Twin() {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const tokens = useDraft((state) => state.tokens);
  const others = useDraft((state) => state.otherTokens);
  const about = useStatus((state) => questionOf(state.catalogue, draft.kind)?.about);
  const hasFacts = useStatus((state) => (state.model?.facts.length ?? 0) > 0);
  const [missed, setMissed] = useState<string | null>(null);
  const { prompt, corruptTo } = draft;
  const isUneven = others.length > 0 && corruptTo !== '' && others.length !== tokens.length;
  return (
    <div className="twin">
      <TextField
        label="Corrupted twin, equally many tokens"
        data-testid="corrupt-to"
        value={corruptTo}
        placeholder={
          about && needsTwin(about, draft) ? 'needed: the same sentence about something else' : 'none'
        }
        aria-invalid={isUneven}
        onChange={(text) => void editDraft(loci, { corruptTo: text })}
      />
      {hasFacts && (
        <Button
          data-testid="suggest-twin"
          disabled={draft.subject === null}
          title="The same sentence about another subject of as many tokens, from what the model knows"
          onClick={async () => setMissed((await suggestTwin(loci)) ? null : prompt)}
        >
          Suggest
        </Button>
      )}
      {missed === prompt && (
        <p className="small muted">The model’s facts hold no twin of this prompt with as many tokens.</p>
      )}
      {isUneven && <Alignment tokens={tokens} others={others} />}
    </div>
  );
}
