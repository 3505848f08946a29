/** The colour bar of small multiples: one strip per hue on one shared axis, with named levels marked beside it. */
import { scaleLinear } from 'd3-scale';
import { gradient, type Scale, type Theme } from './colour';
import { maxOf, minOf } from '../util/lists';

export interface ColourBarMark {
  readonly value: number;
  readonly text: string;
}

export interface ColourBarProps {
  readonly scales: readonly Scale[];
  readonly theme: Theme;
  readonly caption: string;
  /** Value with the faintest colour, and the one with the strongest (which may be smaller, e.g. for ranks). */
  readonly domain: readonly [number, number];
  readonly marks: readonly ColourBarMark[];
  /** Single values beside the strips, e.g. the draws behind the floor. */
  readonly dots?: readonly number[];
}

/** Marks closer than this share of the bar would overprint each other. */
const CLOSEST = 0.08;

export function ColourBar({ scales, theme, caption, domain, marks, dots = [] }: ColourBarProps) {
  const [floor, top] = domain;
  const ascending = top >= floor;
  const values = [floor, top, ...marks.map((mark) => mark.value)];
  const end = ascending ? maxOf(values) : minOf(values);
  const along = scaleLinear([floor, end === floor ? floor + 1 : end], [0, 100]).clamp(true);
  return (
    <div
      className="colour-bar"
      role="img"
      aria-label={`${caption}: ${marks.map((mark) => mark.text).join(', ')}`}
    >
      <div className="colour-bar-caption">{caption}</div>
      <div className="colour-bar-strips">
        {scales.map((scale) => (
          <div key={scale}>
            <div style={{ height: `${along(top)}%`, background: gradient(scale, theme) }} />
          </div>
        ))}
        {dots.length > 0 && (
          <span className="colour-bar-dots">
            {dots.map((value, index) => (
              <i key={index} style={{ bottom: `${along(value)}%` }} />
            ))}
          </span>
        )}
      </div>
      <div className="colour-bar-marks">
        {spread(marks.map((mark) => ({ text: mark.text, at: along(mark.value) }))).map((mark) => (
          <span key={mark.text} style={{ bottom: `${mark.at}%` }}>
            {mark.text}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Moves marks apart until none overprints another; order is kept. */
function spread<Mark extends { readonly at: number }>(marks: readonly Mark[]): Mark[] {
  const sorted = [...marks].sort((a, b) => a.at - b.at);
  let last = -Infinity;
  return sorted.map((mark) => {
    const at = Math.max(mark.at, last + CLOSEST * 100);
    last = at;
    return { ...mark, at };
  });
}
