/** What the open net can be asked, until a first finding is there. */
import { chooseNetQuestion, questionsFor } from '../../actions/netQuestion';
import { Button } from '../../../ui/Button';
import { useLoci, useNet } from '../../context';

export function NetIntro() {
  const loci = useLoci();
  const open = useNet((net) => net.open);
  const catalogue = useNet((net) => net.catalogue);
  const kind = useNet((net) => net.kind);
  if (!open) return null;
  const takes = open.preprocessing === null ? 'makes pictures' : 'reads pictures';
  return (
    <main className="results net-intro" data-testid="net-intro">
      <h2 className="finding-sentence">
        {open.title} {takes}. Choose a question, and press Run.
      </h2>
      <ul>
        {questionsFor(open, catalogue).map((entry) => (
          <li key={entry.kind}>
            <Button
              look={entry.kind === kind ? 'plain' : 'quiet'}
              aria-pressed={entry.kind === kind}
              onClick={() => chooseNetQuestion(loci, entry.kind)}
            >
              {entry.about.asks}
            </Button>
            <p className="small muted">
              {entry.about.title}. {entry.about.limits}
            </p>
          </li>
        ))}
      </ul>
    </main>
  );
}
