/** The facts of the model's training: searchable, one click each. */
import { useMemo, useState } from 'react';
import type { ModelInfo } from '../../engine/api';
import { count } from '../../ui/format';
import { askFact } from '../actions/question';
import { useLoci } from '../context';

/** Typing finds more. */
const SHOWN = 60;

interface FactsProps {
  readonly model: ModelInfo;
  readonly onChosen: () => void;
}

export function Facts({ model: { title, facts }, onChosen }: FactsProps) {
  const loci = useLoci();
  const [query, setQuery] = useState('');
  const found = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return facts.filter((fact) => {
      const text = `${fact.relation} ${fact.prompt} ${fact.answer}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [facts, query]);
  return (
    <div className="facts">
      <h2>What {title} knows</h2>
      <input
        className="field"
        type="search"
        aria-label="Search facts"
        placeholder={`Search ${count(facts.length)} facts`}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <ul>
        {found.slice(0, SHOWN).map((fact) => (
          <li key={`${fact.relation}${fact.prompt}`}>
            <button
              type="button"
              onClick={() => {
                onChosen();
                void askFact(loci, fact);
              }}
            >
              <span>{fact.prompt}</span>
              <strong>{fact.answer.trim()}</strong>
              <span className="small muted">{fact.relation}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && (
        <p className="small muted">{count(found.length - SHOWN)} more: type to narrow them down.</p>
      )}
      {found.length === 0 && <p className="small muted">No fact matches.</p>}
    </div>
  );
}
