/** The finding in words, above its pictures. */
import type { Piece } from '../../results/phrases';
import type { FindingView } from './select';

export function FindingPanel({ view }: { readonly view: FindingView }) {
  return (
    <div className="finding">
      {view.unknown && (
        <p className="note" data-testid="known-note">
          <Words pieces={view.unknown} />
        </p>
      )}
      <p className="finding-sentence" data-testid="finding">
        <Words pieces={view.sentence} />
      </p>
      {view.details.length > 0 && (
        <ul className="finding-details">
          {view.details.map((detail, index) => (
            <li key={index}>
              <Words pieces={detail} />
            </li>
          ))}
        </ul>
      )}
      <p className="muted small">{view.setting}</p>
    </div>
  );
}

function Words({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map(({ text, emphasis }, index) => (emphasis ? <em key={index}>{text}</em> : text));
}
