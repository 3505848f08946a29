import type { Token } from '../../engine/api';
import { visibleToken } from '../../util/visible';

export interface AlignmentProps {
  readonly tokens: readonly Token[];
  readonly others: readonly Token[];
}

/** The twin's tokens; those that differ from the prompt's are marked. */
export function Alignment({ tokens, others }: AlignmentProps) {
  const length = others.length === 0 ? 0 : Math.max(tokens.length, others.length);
  const textOf = (token: Token | undefined) =>
    token ? (token.isBos ? 'BOS' : visibleToken(token.text)) : 'missing';
  return (
    // Tokens beyond the first line show when it has the focus.
    <div
      role="group"
      aria-label="Tokens of the twin"
      tabIndex={0}
      className="chips alignment"
      data-testid="alignment"
    >
      {Array.from({ length }, (_, at) => {
        const [token, other] = [tokens[at], others[at]];
        return (
          <span
            key={at}
            className={token?.id === other?.id ? 'chip muted' : 'chip differs'}
            title={`position ${at}: ${textOf(token)} in the prompt`}
          >
            {textOf(other)}
          </span>
        );
      })}
    </div>
  );
}
