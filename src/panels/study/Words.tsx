/** A study in words: the finding, caveats, and which prompts count. */
import type { ResultDocument } from '../../results/document';
import { Quoting } from '../../ui/Quoting';
import { caseWords, isSuspicious, unchangedWords } from './select';

export interface StudyWordsProps {
  readonly document: ResultDocument;
  /** Some of it is not measured yet. */
  readonly partial: boolean;
}

export function StudyWords({ document, partial }: StudyWordsProps) {
  const { notes, cases } = document;
  const unchanged = unchangedWords(document);
  return (
    <div className="finding">
      {document.warning && (
        <p className="note" data-testid="known-note">
          <Quoting text={document.warning} />
        </p>
      )}
      <p className="finding-sentence" data-testid="finding">
        <Quoting text={document.finding} />
      </p>
      {unchanged && (
        <p className={isSuspicious(document) ? 'note' : 'muted small'} data-testid="unchanged">
          {unchanged}
        </p>
      )}
      {notes.length > 0 && (
        <ul className="finding-details">
          {notes.map((note) => (
            <li key={note}>
              <Quoting text={note} />
            </li>
          ))}
        </ul>
      )}
      <p className="muted small" data-testid="cases">
        {caseWords(document)}
        {partial && ' Unfinished: this is what was measured before it stopped.'}
      </p>
      {cases.skipped.length > 0 && (
        <details className="small skipped">
          <summary>
            {cases.skipped.length} {cases.skipped.length === 1 ? 'prompt was' : 'prompts were'} left out
          </summary>
          <ul>
            {cases.skipped.map(({ case: at, label, reason }) => (
              <li key={at}>
                <strong>{label}</strong>: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
