/** The cuts, each mendable, and the model's answer. */
import type { ToldAnswer } from '../../engine/api';
import { LinkButton } from '../../ui/LinkButton';
import { Quoting } from '../../ui/Quoting';
import { cutText, selectCuts } from './select';

export interface CutsPanelProps {
  /** Edges, nodes and groups, in order of cutting. */
  readonly cuts: readonly string[];
  readonly answer: ToldAnswer | null;
  /** Why there is no answer; null if there is or will be one. */
  readonly missing: string | null;
  readonly onMend: (name: string) => void;
  readonly onUndo: () => void;
  readonly onRestore: () => void;
}

export function CutsPanel({ cuts, answer, missing, onMend, onUndo, onRestore }: CutsPanelProps) {
  if (cuts.length === 0) return null;
  const view = answer && selectCuts(answer);
  return (
    <section className="cuts" aria-label="Wires cut" data-testid="cuts">
      <div className="cuts-answer" aria-live="polite" data-testid="cut-answer">
        {view ? (
          <>
            <p className="cuts-sentence">
              <Quoting text={view.sentence} />
            </p>
            <p className="small muted">{view.numbers}</p>
          </>
        ) : (
          <p className={missing === null ? 'muted' : 'small muted'}>{missing ?? 'Asking the model.'}</p>
        )}
      </div>
      <ul className="cuts-steps small">
        {cuts.map((name) => (
          <li key={name}>
            <span className="cuts-name">{cutText(name)}</span>
            <LinkButton aria-label={`Mend ${cutText(name)}`} onClick={() => onMend(name)}>
              Mend
            </LinkButton>
          </li>
        ))}
      </ul>
      <div className="cuts-buttons">
        <button type="button" className="button quiet small" data-testid="undo-cut" onClick={onUndo}>
          Undo the last cut
        </button>
        <button type="button" className="button quiet small" data-testid="restore-all" onClick={onRestore}>
          Restore all
        </button>
      </div>
      {view && (
        <table className="small cuts-tokens">
          <thead>
            <tr>
              <th scope="col" className="left">
                most likely
              </th>
              <th scope="col">cut</th>
              <th scope="col">uncut</th>
            </tr>
          </thead>
          <tbody>
            {view.rows.map(({ token, cut, uncut }) => (
              <tr key={token}>
                <th scope="row">{token}</th>
                <td>{cut}</td>
                <td className="muted">{uncut}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
