/** The engine's problem, and its remedy. */
import { Button } from '../../ui/Button';
import { useLoci, useStatus } from '../context';

export function EngineNote() {
  const loci = useLoci();
  const note = useStatus((state) => state.engineNote);
  if (!note) return null;
  return (
    <div className="note toast" role="alert">
      <span data-testid="engine-note">{note.text}</span>{' '}
      {note.isOver ? (
        <Button look="link" onClick={() => location.reload()}>
          Reload
        </Button>
      ) : (
        <Button look="link" onClick={() => loci.status.setState({ engineNote: null })}>
          Close
        </Button>
      )}
    </div>
  );
}
