/** The trace as a stand-alone SVG for papers and slides: always on white, fonts by name, no scripts. */
import { joined, textOf, type Xml, xml } from '../../util/code/xml';
import { sequential } from '../../ui/colour';
import type { Metric } from '../../results/document';
import { metricValue } from '../../results/format';
import { KIND_HUES } from './hues';
import type { TraceView } from './select';

const CELL = 24;
const LABELS = 120;
const GAP = 32;
const HEAD = 76;
const FOOT = 52;
const BAR = 150;
const FONT = xml`font-family="system-ui, Helvetica, Arial, sans-serif"`;

/** @returns an SVG document, `sentence` as its title. */
export function traceSvg(view: TraceView, metric: Metric, sentence: string): string {
  const mapWidth = view.layers * CELL;
  const width = LABELS + view.maps.length * (mapWidth + GAP) + BAR;
  const bottom = HEAD + view.rows.length * CELL;
  const lines = wrap(sentence, Math.floor((width - 32) / 6.6));
  const shift = Math.max(0, lines.length - 2) * 16;
  const legend = wrap(view.legend[0] ?? '', Math.floor((width - 32) / 5.4));
  const height = bottom + FOOT + shift + legend.length * 14;
  const parts = [
    xml`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT} font-size="12" fill="#1d1d22">`,
    xml`<title>${sentence}</title>`,
    xml`<defs><pattern id="uncertain" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V4" stroke="#75777f" stroke-opacity="0.5" stroke-width="1"/></pattern></defs>`,
    xml`<rect width="100%" height="100%" fill="#fff"/>`,
    ...lines.map((line, index) => text(16, 22 + index * 16, line, xml`font-size="13"`)),
    xml`<g transform="translate(0 ${shift})">`,
    ...view.rows.map((row, index) => {
      const style = row.isSubject ? xml`text-anchor="end" font-weight="600"` : xml`text-anchor="end"`;
      return text(LABELS - 8, HEAD + index * CELL + 16, row.isSubject ? `${row.text}*` : row.text, style);
    }),
    ...view.maps.map((map, index) =>
      mapSvg(view, index, LABELS + index * (mapWidth + GAP), bottom, map.kind),
    ),
    barSvg(view, metric, LABELS + view.maps.length * (mapWidth + GAP)),
    ...legend.map((line, index) =>
      text(16, bottom + FOOT + index * 14, line, xml`font-size="11" fill="#56585f"`),
    ),
    xml`</g>`,
    xml`</svg>`,
  ];
  return textOf(joined(parts));
}

function mapSvg(
  view: TraceView,
  index: number,
  left: number,
  bottom: number,
  kind: keyof typeof KIND_HUES,
): Xml {
  const map = view.maps[index]!;
  const colour = sequential(KIND_HUES[kind], 'light');
  const cells = map.cells.flatMap((row, y) =>
    row.map((cell, x) => {
      const place = xml`x="${left + x * CELL}" y="${HEAD + y * CELL}" width="${CELL - 1}" height="${CELL - 1}"`;
      const fill = xml`<rect ${place} fill="${colour(cell.strength)}"><title>${cell.label}</title></rect>`;
      return cell.uncertain ? xml`${fill}<rect ${place} fill="url(#uncertain)"/>` : fill;
    }),
  );
  const middle = left + (view.layers * CELL) / 2;
  const layers = Array.from({ length: view.layers }, (_, layer) =>
    text(
      left + layer * CELL + CELL / 2,
      bottom + 14,
      String(layer),
      xml`text-anchor="middle" font-size="10"`,
    ),
  );
  return joined([
    text(left, HEAD - 8, map.title, xml`font-weight="600"`),
    ...cells,
    ...layers,
    text(middle, bottom + 32, map.columnTitle, xml`text-anchor="middle" font-size="11" fill="#56585f"`),
  ]);
}

function barSvg(view: TraceView, metric: Metric, left: number): Xml {
  const height = Math.min(160, view.rows.length * CELL);
  const far = [view.top, view.clean].sort(
    (a, b) => Math.abs(b - view.corrupted) - Math.abs(a - view.corrupted),
  )[0]!;
  const reach = far - view.corrupted || 1;
  const colours = view.maps.map((map) => sequential(KIND_HUES[map.kind], 'light'));
  const steps = 40;
  const strips = colours.flatMap((colour, strip) =>
    Array.from({ length: steps }, (_, step) => {
      const value = view.corrupted + (reach * (step + 0.5)) / steps;
      const strength = (value - view.corrupted) / (view.top - view.corrupted || 1);
      const fill = strength > 1 ? '#f2f1ed' : colour(strength);
      const y = HEAD + height - ((step + 1) * height) / steps;
      return xml`<rect x="${left + strip * 9}" y="${y}" width="8" height="${height / steps + 0.3}" fill="${fill}"/>`;
    }),
  );
  const mark = (value: number, name: string): Xml => {
    const y = HEAD + height - ((value - view.corrupted) / reach) * height;
    return text(
      left + colours.length * 9 + 6,
      Math.max(HEAD + 8, y),
      `${metricValue(metric, value)} ${name}`,
      xml`font-size="11"`,
    );
  };
  return joined([
    text(left, HEAD - 8, view.metricTitle, xml`font-size="11" fill="#56585f"`),
    ...strips,
    mark(view.corrupted, 'corrupted'),
    mark(view.clean, 'clean'),
  ]);
}

const text = (x: number, y: number, content: string, attributes: Xml): Xml =>
  xml`<text x="${x}" y="${y}" ${attributes}>${content}</text>`;

function wrap(content: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= characters) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
