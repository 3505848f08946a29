import { describe, expect, it } from 'vitest';
import { measuredStore } from '../../engine/measuredStore';
import { createReferenceForward } from '../../forward/reference/forward';
import { memoryStore } from '../../load/testing/memoryStore';
import { documentToCsv } from '../../results/csv';
import { parseDocument } from '../../results/parse';
import { printDocument } from '../../results/print';
import { openGolden } from '../testing/study';
import { openGraphs } from '../testing/graphs';

const { find } = await openGraphs('planted');
const set = { name: 'planted-recall', take: 4, seed: 1 };

const document = await find({ set, neurons: ['m0'] });

describe("a graph's document", () => {
  it('is read again as it was written', () => {
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it('says what was found in one sentence, and what a cut edge carried', () => {
    expect(document.finding).toMatch(
      /^3 of 262 edges \(1.%\) carry 100.% of the logit difference of the answer and the distractor \(4 prompts\); the strongest is .* → .* with 100.%\.$/,
    );
    expect(document.notes[0]).toBe('A cut edge carries what its sender contributes in the twin.');
  });

  it('is printed with its edges, the strongest first', () => {
    const text = printDocument(document);
    expect(text).toMatch(/edges of the graph \(share .*\n {2}input -> m0 +1\n/);
    expect(text).toContain('m0 -> a1.h1<v>');
    expect(text).not.toContain('a0.h0 -> logits');
  });

  it('is a table of edges as CSV', () => {
    const [head, ...lines] = documentToCsv(document).trimEnd().split('\r\n');
    expect(head).toBe('from,to,at,position,score,low,high,p,kl,kept,by');
    expect(lines).toHaveLength(document.graph!.edges.length);
    expect(
      lines.filter((line) => line.endsWith('true,measured')).map((line) => line.split(',').slice(0, 4)),
    ).toEqual(document.graph!.edges.filter(({ kept }) => kept).map(({ from, to }) => [from, to, '', '']));
  });

  it('of prompts that are all left out says so, and has no graph', async () => {
    const cases = [
      {
        prompt: 'Ana visits',
        corrupted: 'Ana visits',
        answer: ' owl',
        distractor: ' fox',
      },
    ];
    const { finding, graph, notes } = await find({ cases });
    expect(graph).toBeUndefined();
    expect(finding).toBe('No edge was measured: every prompt was left out.');
    expect(notes).toContain('Left out, since the twin changes nothing: 1 of 1 prompts.');
  });
});

describe('a search that was interrupted', () => {
  it('goes on where it was, to the same document', async () => {
    const { spec, weights } = await openGolden('planted');
    const forward = createReferenceForward(spec, (name) => weights.get(name)!);
    const store = measuredStore(memoryStore());
    const whole = await find({ set }, forward);
    const requests = { first: 0, second: 0, whole: 0 };
    await find({ set }, async (request, options) => {
      requests.whole++;
      return forward(request, options);
    });
    const stopped = find(
      { set },
      async (request, options) => {
        if (++requests.first > 3) throw new Error('stopped');
        return forward(request, options);
      },
      store,
    );
    await expect(stopped).rejects.toThrow('stopped');
    const again = await find(
      { set },
      async (request, options) => {
        requests.second++;
        return forward(request, options);
      },
      store,
    );
    expect(requests.second).toBe(requests.whole - 3);
    const { graph, finding, figures } = again;
    expect({ graph, finding, figures }).toEqual({
      graph: whole.graph,
      finding: whole.finding,
      figures: whole.figures,
    });
  });
});
