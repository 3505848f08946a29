import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../../model/testing';
import { toDot } from './dot';
import { graphDocumentOf } from './testing';

const model = gpt2Spec({ nHeads: 2 });
const KEPT: Readonly<Record<string, number | null>> = {
  'input->a0.h1<q>': 0.5,
  'a0.h1->a1.h0<k>': -0.25,
  'a0.h1->a1.h0<v>': 0.001,
  'a0.h1->m1': -1,
  'm1->logits': null,
};
const numbers = (name: string) => {
  const [edge] = name.split('@');
  return edge! in KEPT ? { score: KEPT[edge!]!, kept: true } : { score: 0, kept: false };
};

const edgeLines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.includes(' -> '))
    .map((line) => line.trim());

describe('the graphviz picture', () => {
  const text = toDot(graphDocumentOf(model, numbers));

  it('has the kept edges only, coloured by input, red where negative, as wide as their score', () => {
    expect(edgeLines(text)).toEqual([
      '"input" -> "a0.h1" [color="#FF00FF", penwidth="2.50", tooltip="input->a0.h1<q>: 0.5"];',
      '"a0.h1" -> "a1.h0" [color="#00FF00", penwidth="1.25", style="dashed", tooltip="a0.h1->a1.h0<k>: -0.25"];',
      '"a0.h1" -> "a1.h0" [color="#0000FF", penwidth="0.60", tooltip="a0.h1->a1.h0<v>: 0.001"];',
      '"a0.h1" -> "m1" [color="#FF0000", penwidth="5.00", style="dashed", tooltip="a0.h1->m1: -1"];',
      '"m1" -> "logits" [color="#000000", penwidth="0.60"];',
    ]);
  });

  it('says which scores are estimates', () => {
    const estimated = graphDocumentOf(model, (name) => ({ ...numbers(name), measured: false }));
    expect(edgeLines(toDot(estimated))[0]).toContain('tooltip="input->a0.h1<q>: 0.5 (estimate)"');
  });

  it('has the nodes of these edges, each once', () => {
    const nodes = [...text.matchAll(/^ {2}"(.*)" \[label=/gm)].map(([, id]) => id);
    expect(nodes.sort()).toEqual(['a0.h1', 'a1.h0', 'input', 'logits', 'm1']);
  });

  it('leads to every head that shares keys', () => {
    const grouped = toDot(graphDocumentOf(gpt2Spec({ nHeads: 2, nKvHeads: 1 }), numbers));
    expect(grouped).toContain('"a0.h1" -> "a1.h0" [color="#00FF00"');
    expect(grouped).toContain('"a0.h1" -> "a1.h1" [color="#00FF00"');
  });

  it('escapes what tokens are made of', () => {
    const labels = [' "a"', ' \\', '\n'];
    const document = { ...graphDocumentOf(model, numbers, labels), finding: 'of *"x"*' };
    const placed = toDot(document);
    expect(placed).toContain('label="of *\\"x\\"*"');
    expect(placed).toContain('"m1@0" [label="m1\\n \\"a\\""');
    expect(placed).toContain('"m1@1" [label="m1\\n \\\\"');
    expect(placed).toContain('"m1@2" [label="m1\\n\\n"');
    // Nothing of them remains outside quoted strings.
    const rest = placed.replace(/"(?:[^"\\]|\\.)*"/g, '');
    expect(rest).not.toMatch(/["\\*]/);
  });
});
