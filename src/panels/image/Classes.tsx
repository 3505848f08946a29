/** What a classifier says: its likeliest classes, with the painted change beside them. */
import { percent } from '../../results/format';
import { visible } from '../../util/visible';

export interface ClassView {
  readonly id: number;
  readonly p: number;
}

interface ClassesProps {
  readonly rows: readonly ClassView[];
  /** The same classes after the change; null: there is none. */
  readonly edited: readonly ClassView[] | null;
  readonly label: (id: number) => string;
  /** The class asked about; null: the question asks about none. */
  readonly asked: number | null;
  readonly onAsk: ((id: number) => void) | null;
}

export function Classes({ rows, edited, label, asked, onAsk }: ClassesProps) {
  return (
    <table className="small classes" data-testid="classes">
      <thead>
        <tr>
          <th scope="col" className="left">
            class
          </th>
          <th scope="col">p</th>
          {edited && <th scope="col">painted</th>}
          {onAsk && (
            <th scope="col">
              <span className="visually-hidden">ask about</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, p }, i) => (
          <tr key={id} className={id === asked ? 'is-answer' : undefined}>
            <th scope="row">{visible(label(id))}</th>
            <td>{percent(p)}</td>
            {edited && <td>{edited[i] && percent(edited[i].p)}</td>}
            {onAsk && (
              <td className="picks">
                <button
                  type="button"
                  className="pick"
                  aria-pressed={id === asked}
                  aria-label={`Ask about ${visible(label(id))}`}
                  title="Ask about this class"
                  onClick={() => onAsk(id)}
                >
                  ?
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
