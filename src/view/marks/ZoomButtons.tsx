/** Buttons that enlarge a picture, for a pointer without a wheel and for the keyboard. */
import { enlarged, STEP, type View, WHOLE } from './zoom';
import './zoom.css';

export interface ZoomButtonsProps {
  readonly view: View;
  readonly most: number;
  readonly onView: (view: View) => void;
}

export function ZoomButtons({ view, most, onView }: ZoomButtonsProps) {
  const isWhole = view.k === 1;
  return (
    <div className="zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        className="button"
        aria-label="Zoom out"
        disabled={isWhole}
        onClick={() => onView(enlarged(view, 1 / STEP, most))}
      >
        −
      </button>
      <button
        type="button"
        className="button"
        aria-label="Zoom in"
        disabled={view.k >= most}
        onClick={() => onView(enlarged(view, STEP, most))}
      >
        +
      </button>
      <button type="button" className="button" disabled={isWhole} onClick={() => onView(WHOLE)}>
        Reset
      </button>
      <output className="small muted">
        {isWhole ? (
          <>
            <span className="zoom-wheel">Ctrl + wheel zooms</span>
            <span className="zoom-pinch">Pinch zooms</span>
          </>
        ) : (
          `${Number(view.k.toFixed(1))} ×, drag moves`
        )}
      </output>
    </div>
  );
}
