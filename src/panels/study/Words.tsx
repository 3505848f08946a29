/** What a study found, in words: the sentence, what has to be known to read it, and which prompts count. */
import type { StudyDocument } from '../../results/study';
import { caseWords, isSuspicious, unchangedWords } from './select';

export interface StudyWordsProps {
  readonly document: StudyDocument;
  /** Not all of it is measured. */
  readonly partial: boolean;
}

export function StudyWords({ document, partial }: StudyWordsProps) {
  const { notes, cases } = document;
  const unchanged = unchangedWords(document);
  return (
    <div className="finding">
      <p className="finding-sentence" data-testid="finding">
        {document.finding.split('*').map((text, at) => (at % 2 === 1 ? <em key={at}>{text}</em> : text))}
      </p>
      {unchanged && (
        <p className={isSuspicious(document) ? 'note' : 'muted small'} data-testid="unchanged">
          {unchanged}
        </p>
      )}
      {notes.length > 0 && (
        <ul className="finding-details">
          {notes.map((note) => (
            <li key={note}>{note}</li>
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
