/** A token, typed or chosen from likely ones; the tokenizer says what another text is. */
import { useCallback, useMemo } from 'react';
import type { NextTokenRow } from '../../engine/api';
import { percent } from '../../results/format';
import { type Choice, ComboField } from '../../ui/ComboField';
import { visibleToken } from '../../util/visible';
import { useLoci, useStatus } from '../context';

/** A leading space is shown as '·'. */
const dotted = (text: string): string => text.replace(/^ /, '·');
const undotted = (text: string): string => text.replace(/^·/, ' ');

/** Pieces that a choice shows. */
const MOST_PIECES = 6;

export interface TokenFieldProps {
  readonly label: string;
  readonly testId: string;
  readonly value: string;
  readonly placeholder: string;
  readonly options: readonly NextTokenRow[];
  readonly onChange: (text: string) => void;
}

export function TokenField({ label, testId, value, placeholder, options, onChange }: TokenFieldProps) {
  const find = useFind();
  const choices = useMemo(
    () => options.map(({ text, p }) => ({ value: dotted(text), text: visibleToken(text), note: percent(p) })),
    [options],
  );
  return (
    <ComboField
      label={label}
      testId={testId}
      value={dotted(value)}
      placeholder={dotted(placeholder)}
      choices={choices}
      {...(find && { find })}
      onChange={(text) => onChange(undotted(text))}
    />
  );
}

/** A typed text, as it is and after a space, with its number of tokens; null for classes. */
function useFind() {
  const { engine } = useLoci();
  const model = useStatus((state) => state.model);
  const spell = useCallback(
    async (typed: string): Promise<readonly Choice[]> => {
      const texts = typed.startsWith('·') ? [undotted(typed)] : [typed, ` ${typed}`];
      return Promise.all(
        texts.map(async (text) => {
          const tokens = await engine.tokenize(text, false);
          const pieces = tokens.slice(0, MOST_PIECES).map((token) => visibleToken(token.text));
          const note = tokens.length === 1 ? 'one token' : `${tokens.length} tokens`;
          return { value: dotted(text), text: pieces.join('|'), note };
        }),
      );
    },
    [engine],
  );
  return model && model.spec.head !== 'classes' ? spell : null;
}
