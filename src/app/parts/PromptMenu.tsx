/** What is rarely done to a prompt: take a known fact, leave out BOS, use the chat template. */
import { useState } from 'react';
import { Button } from '../../ui/Button';
import { applyChatTemplate, editDraft } from '../actions/question';
import { useDraft, useLoci, useStatus } from '../context';
import { Facts } from './Facts';
import { Menu } from './Menu';

export function PromptMenu() {
  const loci = useLoci();
  const model = useStatus((state) => state.model);
  const bos = useDraft((state) => state.draft.bos);
  const [open, setOpen] = useState(false);
  const special = model?.special;
  const added = special ? [...special.prefix, ...special.suffix] : [];
  return (
    <Menu
      align="right"
      className="prompt-menu"
      testId="prompt-menu"
      open={open}
      onOpen={setOpen}
      label={<span className="small">{(model?.facts.length ?? 0) > 0 ? 'Facts' : 'More'}</span>}
    >
      <div className="prompt-extras">
        {(!special || added.length > 0) && (
          <label className="check small">
            <input
              type="checkbox"
              checked={bos}
              onChange={(event) => void editDraft(loci, { bos: event.target.checked })}
            />
            {special && special.suffix.length > 0
              ? `Add ${added.map(({ text }) => text).join(' and ')}`
              : 'Begin with BOS'}
          </label>
        )}
        {model?.hasChatTemplate && (
          <Button look="quiet" small onClick={() => void applyChatTemplate(loci)}>
            Put into the chat template
          </Button>
        )}
        {model && model.facts.length > 0 && <Facts model={model} onChosen={() => setOpen(false)} />}
      </div>
    </Menu>
  );
}
