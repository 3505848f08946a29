/** The questions that the open net can be asked. */
import { chooseNetQuestion, questionsFor } from '../../actions/netQuestion';
import { useLoci, useNet } from '../../context';

export function NetQuestions() {
  const loci = useLoci();
  const open = useNet((net) => net.open);
  const catalogue = useNet((net) => net.catalogue);
  const current = useNet((net) => net.kind);
  if (!open) return null;
  return (
    <nav aria-label="Questions" className="questions net-questions" data-testid="net-questions">
      <section>
        <h2>About this net</h2>
        <ul>
          {questionsFor(open, catalogue).map(({ kind, about }) => (
            <li key={kind}>
              <button
                type="button"
                className="entry"
                data-testid={`question-${kind}`}
                aria-current={kind === current || undefined}
                title={`${about.asks} ${about.title}`}
                onClick={() => chooseNetQuestion(loci, kind)}
              >
                <span>{about.short}</span>
                <span className="small muted">{about.title}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </nav>
  );
}
