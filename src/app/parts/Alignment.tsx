import type { Token } from '../../engine/api';
import { visibleToken } from '../../util/visible';

/** Both prompts, token under token, with differences marked. */
export function Alignment({
  tokens,
  others,
}: {
  readonly tokens: readonly Token[];
  readonly others: readonly Token[];
}) {
  const length = Math.max(tokens.length, others.length);
  const cell = (list: readonly Token[], at: number) => {
    const token = list[at];
    return token ? visibleToken(token.text) : 'missing';
  };
  return (
    <div className="alignment">
      <table className="small">
        <tbody>
          {[tokens, others].map((list, row) => (
            <tr key={row}>
              {Array.from({ length }, (_, at) => (
                <td key={at} className={differs(tokens, others, at) ? 'differs' : 'muted'}>
                  {cell(list, at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function differs(tokens: readonly Token[], others: readonly Token[], at: number): boolean {
  return tokens[at]?.id !== others[at]?.id;
}
