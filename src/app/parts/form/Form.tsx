/** An experiment's own fields as a form. Closed, one line of settings. */
import { type ReactNode, useState } from 'react';
import type { Option } from '../../../experiments/experiment';
import { setOption } from '../../actions/question';
import { questionOf } from '../../catalogue';
import { useDraft, useLoci, useStatus } from '../../context';
import { shownIn } from '../../shown';
import { Menu } from '../Menu';
import { Field } from './Field';
import { summaryOf } from './summary';

export function Form() {
  const loci = useLoci();
  const catalogue = useStatus((state) => state.catalogue);
  const draft = useDraft((state) => state.draft);
  const about = questionOf(catalogue, draft.kind)?.about;
  const options = about?.options ?? [];
  if (options.length === 0) return null;
  const own = draft.options[draft.kind] ?? {};
  const shown = shownIn(options, own);
  const fieldOf = (option: Option) => (
    <Field
      key={`${draft.kind}.${option.name}`}
      option={option}
      value={own[option.name] ?? option.default}
      onChange={(value) => void setOption(loci, option.name, value)}
    />
  );
  const sheet = (
    <div className="options-sheet">
      {shown.filter(({ isRare }) => !isRare).map(fieldOf)}
      <details className="options-more">
        <summary>More</summary>
        {shown.filter(({ isRare }) => isRare).map(fieldOf)}
      </details>
    </div>
  );
  // An experiment with its own prompts has no other input.
  const isOwn = about?.needs?.own !== undefined;
  const summary = shown
    .map((option) => summaryOf(option, own[option.name] ?? option.default))
    .filter((text) => text !== '')
    .join('; ');
  return (
    <div className="labelled options-field">
      <span>{isOwn ? 'Prompts and settings' : 'Settings'}</span>
      <Sheet key={draft.kind} summary={summary || 'Change'} isOpenAtFirst={isOwn}>
        {sheet}
      </Sheet>
    </div>
  );
}

interface SheetProps {
  readonly summary: string;
  readonly isOpenAtFirst: boolean;
  readonly children: ReactNode;
}

function Sheet({ summary, isOpenAtFirst, children }: SheetProps) {
  const [open, setOpen] = useState(isOpenAtFirst);
  return (
    <Menu
      align="right"
      className="options"
      testId="options"
      open={open}
      onOpen={setOpen}
      label={
        <span className="options-summary" title={summary}>
          {summary}
        </span>
      }
    >
      {children}
    </Menu>
  );
}
