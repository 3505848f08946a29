import { describe, expect, it } from 'vitest';
import { keptOf, openGraphs } from '../testing/graphs';

const { find } = await openGraphs('planted');

describe('a graph with positions', () => {
  it('of one prompt has each planted edge at the token where it works, and no other', async () => {
    const document = await find({ set: { name: 'planted-chain', take: 1 }, positions: 'tokens' });
    const { positions, total, edges, nodes } = document.graph!;
    // <|bos|> owl Monday and fox Tuesday , Ana visits
    const [owl, monday, ana, visits] = [1, 2, 7, 8];
    expect(positions).toHaveLength(9);
    expect(keptOf(document)).toEqual(
      new Set([
        `a2.h0->logits@${visits}`,
        `a1.h1->a2.h0<q>@${visits}`,
        `a0.h0->a2.h0<k>@${monday}`,
        `input->a2.h0<v>@${monday}`,
        `m0->a1.h1<v>@${ana}`,
        `input->m0@${ana}`,
        // The previous-token head at the day reads the animal.
        `input->a0.h0<v>@${owl}`,
      ]),
    );
    // The logits read only the last token: 16 senders.
    expect(total).toBe((262 - 16) * 9 + 16);
    expect(edges.filter(({ to }) => to === 'logits').every(({ at }) => at === visits)).toBe(true);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  });

  it('of several prompts has them at the roles of tokens', async () => {
    const set = { name: 'planted-recall', take: 4, seed: 1 };
    const document = await find({ set, positions: 'tokens' });
    const at = (role: string) => document.graph!.positions!.indexOf(role);
    expect(keptOf(document)).toEqual(
      new Set([
        `a1.h1->logits@${at('last token')}`,
        `m0->a1.h1<v>@${at('subject (one token)')}`,
        `input->m0@${at('subject (one token)')}`,
      ]),
    );
  });
});
