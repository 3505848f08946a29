/** What was done: one sentence, and a strip of the runs with their numbers. */
import { Quoting } from '../../ui/Quoting';
import type { Runs } from './select';
import './runs.css';

export function RunsStrip({ words, measures, runs }: Runs) {
  return (
    <>
      <p className="small">
        <Quoting text={words} />
      </p>
      <ol className="runs" aria-label={`The runs, in ${measures}`}>
        {runs.map(({ name, how, value, share, isBlurred }) => (
          <li key={name} data-testid="run-frame" className={isBlurred && 'run-blurred'}>
            <strong className="small">{name}</strong>
            <span className="run-value">
              {value}
              {share !== null && (
                <span className="run-bar" aria-hidden="true">
                  <span style={{ width: `${100 * share}%` }} />
                </span>
              )}
            </span>
            <span className="small muted run-how" title={how.replaceAll('*', '')}>
              <Quoting text={how} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
