import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { selectTrace } from './select';
import { svgFile } from '../../view/marks/markup';
import { traceSheet } from './svg';

describe('the trace as a file', () => {
  const document = sampleDocument({ T: 8, L: 4 });
  const view = selectTrace(document);

  it('draws every cell and escapes what came from a prompt', () => {
    const svg = svgFile([traceSheet(view, document.metric, 'a < b & "c"')]);
    const cells = view.maps.length * view.rows.length * view.layers;
    expect(svg.match(/<g><title>[^<]*<\/title><rect [^>]*fill="rgb/g)).toHaveLength(cells);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).not.toContain('a < b');
  });

  it('says what hatched cells are, as the page does', () => {
    const svg = svgFile([traceSheet(view, document.metric, 'A finding.')]);
    const words = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, line]) => line).join(' ');
    expect(view.legend[0]).toMatch(/^(Hatched|Nothing is hatched)/);
    expect(words).toContain(view.legend[0]);
    const hatched = view.maps.flatMap(({ cells }) => cells.flat()).filter(({ uncertain }) => uncertain);
    expect(svg.match(/<path [^>]*stroke-opacity="0.35"/g) ?? []).toHaveLength(hatched.length);
  });

  it('is well-formed: every tag is closed', () => {
    const svg = svgFile([traceSheet(view, document.metric, 'A finding.')]);
    const open: string[] = [];
    for (const [, closing, name, selfClosed] of svg.matchAll(/<(\/?)([a-zA-Z]+)[^>]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!selfClosed) open.push(name!);
    }
    expect(open).toEqual([]);
  });
});
