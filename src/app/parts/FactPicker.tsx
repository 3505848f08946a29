/** The facts of the model's training: searchable, one click each. */
import { useMemo, useState } from 'react';
import { count } from '../../ui/format';
import { askFact } from '../actions/question';
import { useLoci, useStatus } from '../context';
import { Menu } from './Menu';

/** Typing finds more. */
const SHOWN = 60;

export function FactPicker() {
  const loci = useLoci();
  const model = useStatus((state) => state.model);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const facts = model?.facts;
  const found = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return (facts ?? []).filter((fact) => {
      const text = `${fact.relation} ${fact.prompt} ${fact.answer}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [facts, query]);
  if (!model || found.length + model.facts.length === 0) return null;
  return (
    <Menu align="right" testId="fact-picker" open={open} onOpen={setOpen} label={`What ${model.title} knows`}>
      <div className="facts">
        <input
          className="field"
          type="search"
          aria-label="Search facts"
          placeholder={`Search ${count(model.facts.length)} facts`}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <ul>
          {found.slice(0, SHOWN).map((fact) => (
            <li key={`${fact.relation}${fact.prompt}`}>
              <button
                type="button"
                onClick={() => {
                  setOpen(false);
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
    </Menu>
  );
}
