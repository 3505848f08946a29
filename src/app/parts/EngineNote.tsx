/** The engine's problem, and its remedy. */
import { useLoci, useStatus } from '../context';

export function EngineNote() {
  const loci = useLoci();
  const note = useStatus((state) => state.engineNote);
  if (!note) return null;
  return (
    <div className="note link-error" role="alert">
      <span data-testid="engine-note">{note.text}</span>{' '}
      {note.isOver ? (
        <button type="button" className="link-button" onClick={() => location.reload()}>
          Reload
        </button>
      ) : (
        <button
          type="button"
          className="link-button"
          onClick={() => loci.status.setState({ engineNote: null })}
        >
          Close
        </button>
      )}
    </div>
  );
}
