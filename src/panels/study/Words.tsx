/** A study in words: its sentence, and one line that opens to all the others. */
import { type ReactNode, useState } from 'react';
import type { ResultDocument } from '../../results/document';
import { Quoting } from '../../ui/Quoting';
import { caseWords, isSuspicious, unchangedWords } from './select';

export interface StudyWordsProps {
  readonly document: ResultDocument;
  /** Some of it is not measured yet. */
  readonly partial: boolean;
  /** What is said about the finding as a whole, in the same line. */
  readonly children?: ReactNode;
}

export function StudyWords({ document, partial, children }: StudyWordsProps) {
  const [isOpen, setOpen] = useState(false);
  const { notes, cases } = document;
  const unchanged = unchangedWords(document);
  const isWarned = isSuspicious(document);
  const counted = `${caseWords(document)}${partial ? ' Unfinished: this is what was measured before it stopped.' : ''}`;
  const warning = document.warning ?? (isWarned ? unchanged : null);
  return (
    <div className={isOpen ? 'finding open' : 'finding'}>
      <h2 className="finding-sentence" data-testid="finding" title={document.finding.replaceAll('*', '')}>
        <Quoting text={document.finding} />
      </h2>
      <div className="finding-line small">
        <button
          type="button"
          className={warning === null ? 'finding-also' : 'finding-also warned'}
          data-testid="finding-also"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Less' : <Quoting text={warning ?? (partial ? counted : (notes[0] ?? counted))} />}
        </button>
        {children}
      </div>
      <div className="finding-details" hidden={!isOpen}>
        {document.warning && (
          <p className="note" data-testid="known-note">
            <Quoting text={document.warning} />
          </p>
        )}
        {unchanged && (
          <p className={isWarned ? 'note' : 'muted small'} data-testid="unchanged">
            {unchanged}
          </p>
        )}
        {notes.map((note) => (
          <p key={note}>
            <Quoting text={note} />
          </p>
        ))}
        <p className="muted small" data-testid="cases">
          {counted}
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
    </div>
  );
}
