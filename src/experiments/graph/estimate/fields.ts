/** What a question says about estimated edges (EAP, EAP-IG): the gradient's run, and the choice. */
import { MOST } from '../../../util/bounds';
import { expectThat } from '../../common/parse';
import { choice, number, type SpecOf } from '../../contract/fields';

/** The methods that estimate every edge by gradient. */
const ESTIMATING = ['eap', 'eap-ig'] as const;

const ESTIMATED = { method: ESTIMATING };

export const estimateFields = {
  /** For eap: noise is the gradient at the clean run, denoise that at the corrupted one. */
  direction: choice({
    label: 'Gradient (EAP)',
    choices: {
      noise: 'at the prompt: what would cutting the edge cost?',
      denoise: 'at the twin: what would restoring it bring?',
    },
    default: 'noise',
    only: { method: ['eap'] },
  }),
  /**
   * For eap-ig: what goes from corrupted to clean, the embeddings or one group of parts after
   * another.
   */
  along: choice({
    label: 'Path (EAP-IG)',
    choices: {
      inputs: 'the embeddings, from the twin’s to the prompt’s',
      activations: 'each part’s output by itself',
    },
    default: 'inputs',
    only: { method: ['eap-ig'] },
  }),
  /** For activations: every-edge is as released; per-sender is ours. */
  passes: choice({
    label: 'Each pass scores (EAP-IG)',
    choices: {
      'every-edge': 'every edge, as released',
      'per-sender': 'the edges out of the part that varies',
    },
    default: 'every-edge',
    only: { method: ['eap-ig'], along: ['activations'] },
    isRare: true,
  }),
  steps: number({
    label: 'Steps of the path (EAP-IG)',
    default: 5,
    min: 1,
    max: MOST.samples,
    whole: true,
    only: { method: ['eap-ig'] },
  }),
  /** Steps k / m: corrupted is k = 0 to m - 1, as released; clean is k = 1 to m. */
  ends: choice({
    label: 'End that the path includes (EAP-IG)',
    choices: { corrupted: 'the twin, as released', clean: 'the prompt' },
    default: 'corrupted',
    only: { method: ['eap-ig'], along: ['inputs'] },
  }),
  /** Of the edges above `threshold`. */
  select: choice({
    label: 'Edges kept of an estimate',
    choices: {
      top: 'the strongest',
      greedy: 'the strongest of those that lead on to the answer',
      threshold: 'all that count',
    },
    default: 'top',
    only: ESTIMATED,
  }),
  /** For top and greedy. */
  size: number({
    label: 'Number of edges kept (default: a twentieth of all)',
    default: null,
    min: 1,
    max: MOST.edges,
    whole: true,
    only: { ...ESTIMATED, select: ['top', 'greedy'] },
  }),
  /** Edges with the largest estimates that are cut alone, to compare. */
  measured: number({
    label: 'Strongest estimates to measure, too',
    default: 20,
    min: 0,
    max: MOST.edges,
    whole: true,
    only: ESTIMATED,
  }),
};

/** The searches that may be narrowed to the edges that an estimate ranks first. */
const SEARCHING = ['path', 'acdc', 'exhaustive'] as const;

export const prefilterFields = {
  /** Estimated as by the method of this name, with its `direction`, `along`, `steps` and `ends`. */
  prefilter: choice({
    label: 'Search',
    choices: {
      none: 'every edge',
      eap: 'only the edges that EAP ranks first',
      'eap-ig': 'only the edges that EAP-IG ranks first',
    },
    default: 'none',
    only: { method: SEARCHING },
  }),
  keep: number({
    label: 'Number of edges searched',
    default: 200,
    min: 1,
    max: MOST.edges,
    whole: true,
    only: { method: SEARCHING, prefilter: ESTIMATING },
  }),
};

export type Prefilter = Pick<SpecOf<typeof prefilterFields>, keyof typeof prefilterFields>;

/** How many of so many edges a search looks at. */
export const searchedOf = ({ prefilter, keep }: Prefilter, edges: number): number =>
  prefilter === 'none' ? edges : Math.min(keep, edges);

type Estimates = Pick<SpecOf<typeof estimateFields>, keyof typeof estimateFields>;

export const isEstimating = ({ method }: { readonly method: string }): boolean =>
  ESTIMATING.some((one) => one === method);

interface Asked extends Estimates, Prefilter {
  readonly method: string;
  readonly ablation: string;
  readonly jitter: number;
  readonly betas: readonly number[];
}

export function checkEstimate(asked: Asked, kind: string): void {
  const { method, prefilter, ablation, direction, jitter, betas } = asked;
  const isSearching = SEARCHING.some((one) => one === method);
  expectThat(
    prefilter === 'none' || isSearching,
    `${kind}: prefilter`,
    `'${prefilter}' with method '${method}'`,
    "'none', or a method that searches: path, acdc or exhaustive",
  );
  const by = prefilter === 'none' ? method : prefilter;
  const what = prefilter === 'none' ? 'method' : 'prefilter';
  const readsTwin = by === 'eap-ig' || (by === 'eap' && direction === 'denoise');
  expectThat(
    !readsTwin || ablation === 'corrupted',
    `${kind}: ablation`,
    ablation,
    `'corrupted' ${by === 'eap-ig' ? `with ${what} 'eap-ig'` : "with direction 'denoise'"}, which reads the twin's run`,
  );
  if (!isEstimating(asked)) return;
  expectThat(jitter === 0, `${kind}: jitter`, jitter, `0 with method '${method}', which cuts nothing`);
  expectThat(
    betas.length === 0,
    `${kind}: betas`,
    betas.join(', '),
    `none with method '${method}': what is left of cut edges lowers all estimates alike`,
  );
}
