/** The corrupted twin, typed or from known facts, beside the prompt. */
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
    <div className="prompt-box twin">
      <div className="prompt-line">
        <TextField
          label="Corrupted twin, equally many tokens"
          className="prompt"
          data-testid="corrupt-to"
          value={corruptTo}
          placeholder={
            about && needsTwin(about, draft)
              ? 'twin: the same sentence about something else'
              : 'corrupted twin (optional)'
          }
          aria-invalid={isUneven}
          onChange={(text) => void editDraft(loci, { corruptTo: text })}
        />
        {hasFacts && (
          <Button
            small
            data-testid="suggest-twin"
            disabled={draft.subject === null}
            title="The same sentence about another subject of as many tokens, from what the model knows"
            onClick={async () => setMissed((await suggestTwin(loci)) ? null : prompt)}
          >
            Suggest
          </Button>
        )}
      </div>
      {missed === prompt ? (
        <p className="chips small muted">No known fact makes a twin of as many tokens.</p>
      ) : (
        <Alignment tokens={tokens} others={corruptTo === '' ? [] : others} />
      )}
    </div>
  );
}
