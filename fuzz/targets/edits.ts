/** Edits by hand, as a link holds them. */
import { parseEdits } from '../../src/app/linkedEdits';
import { readLink } from '../../src/share/link';
import { linkFiles, textOf } from '../corpus';
import { mutateJson } from '../mutate/json';
import { NOTHING_LOST, target } from '../target';

const example = linkFiles().find((path) => path.includes('examples'))!;

const twin = { prompt: 'The capital of Norway is', tokens: [0, 1, 2, 3, 4, 5] };
const run = { kind: 'run', run: 'corrupted' };

const STATE = { kind: 'run', run: 'clean', site: 'blocks.2.hook_resid_post', rows: [4] };
const PUSH = { kind: 'unembedding', towards: { id: 7 }, away: { id: 9 }, length: 13.4 };

const seeds: readonly object[] = [
  { changes: [{ edit: { site: 'blocks.5.attn.hook_z', rows: 'all', head: 0, op: 'scale', alpha: 0 } }] },
  { changes: [{ edit: { site: 'blocks.3.hook_resid_post', rows: [4], op: 'set', source: run } }], twin },
  {
    changes: [
      {
        edit: { site: 'hook_embed', rows: [4], op: 'set', source: { kind: 'mean', run: 'clean' } },
        off: true,
      },
      { mask: { layers: [5, 6], head: 0, queries: 'answer', keys: [4], op: 'add' } },
      { cut: { senders: ['m0'], receiver: 'a5.h0<v>', rows: 'all', source: run } },
    ],
    twin,
  },
  {
    changes: [
      { edit: { site: 'blocks.3.hook_resid_post', rows: [5], op: 'set', source: STATE } },
      { edit: { site: 'blocks.4.hook_resid_post', rows: [5], op: 'add', alpha: 0.5, source: PUSH } },
      {
        edit: {
          site: 'blocks.2.hook_mlp_out',
          rows: [1],
          op: 'add',
          source: { kind: 'vector', values: [1, -0.5, 3] },
        },
      },
      { mask: { layers: [1, 2], head: 0, queries: [1, 2, 3, 4, 5], keys: [0] } },
    ],
  },
];

export const edits = target<object>({
  name: 'edits',
  seeds: () => seeds,
  mutate: (seed, random) => mutateJson(seed, random) as object,
  async run(json) {
    const { document } = await readLink(textOf(example).trim());
    parseEdits(json, document);
    return NOTHING_LOST;
  },
});
