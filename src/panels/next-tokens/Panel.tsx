/** Next tokens or classes with probability and logit; a click sets answer or distractor. */
import { percent } from '../../results/format';
import { visibleToken } from '../../util/visible';
import type { NextTokenView } from './select';

export interface NextTokensPanelProps {
  readonly rows: readonly NextTokenView[];
  /** Kind of row. */
  readonly outcome: 'token' | 'class';
  /** Name of the model. */
  readonly model: string | null;
  readonly answer: string;
  readonly distractor: string;
  readonly onAnswer: (text: string) => void;
  readonly onDistractor: (text: string) => void;
}

/** The table's name, and its heading. */
const NAMES = {
  token: ['Next tokens', 'What comes next'],
  class: ['Classes', 'Which class'],
} as const;

/** One decimal: logits are compared down the column. */
const logit = (x: number): string =>
  x
    .toFixed(1)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');

export function NextTokensPanel({
  rows,
  outcome,
  model,
  answer,
  distractor,
  onAnswer,
  onDistractor,
}: NextTokensPanelProps) {
  const measured = rows.some((row) => row.corrupted !== null);
  const [name, title] = NAMES[outcome];
  return (
    <section aria-label={name} data-testid="next-tokens" className="next-tokens">
      <h2>
        {title} {model !== null && <span className="muted small">({model})</span>}
      </h2>
      {rows.length === 0 ? (
        <p className="muted small">{name} appear here.</p>
      ) : (
        <table className="small">
          <thead>
            <tr>
              <th scope="col" className="left">
                {outcome}
              </th>
              <th scope="col">clean</th>
              <th scope="col">logit</th>
              {measured && <th scope="col">corrupt</th>}
              {measured && (
                <th scope="col" className="corrupted-logit">
                  logit
                </th>
              )}
              <th scope="col">
                <span className="visually-hidden">use as</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} className={row.text === answer ? 'is-answer' : undefined}>
                <th scope="row">{visibleToken(row.text)}</th>
                <td>{percent(row.clean.p)}</td>
                <td className="muted">{logit(row.clean.logit)}</td>
                {measured && <td>{row.corrupted ? percent(row.corrupted.p) : ''}</td>}
                {measured && (
                  <td className="muted corrupted-logit">{row.corrupted ? logit(row.corrupted.logit) : ''}</td>
                )}
                <td className="picks">
                  <Pick name="answer" text={row.text} on={row.text === answer} onPick={onAnswer} />
                  <Pick
                    name="distractor"
                    text={row.text}
                    on={row.text === distractor}
                    onPick={onDistractor}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface PickProps {
  readonly name: 'answer' | 'distractor';
  readonly text: string;
  readonly on: boolean;
  readonly onPick: (text: string) => void;
}

function Pick({ name, text, on, onPick }: PickProps) {
  return (
    <button
      type="button"
      className="pick"
      aria-pressed={on}
      aria-label={`Use ${visibleToken(text)} as ${name}`}
      title={`Use as ${name}`}
      onClick={() => onPick(text)}
    >
      {name === 'answer' ? 'A' : 'D'}
    </button>
  );
}
