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

type Estimates = Pick<SpecOf<typeof estimateFields>, keyof typeof estimateFields>;

export const isEstimating = ({ method }: { readonly method: string }): boolean =>
  ESTIMATING.some((one) => one === method);

interface Asked extends Estimates {
  readonly method: string;
  readonly ablation: string;
  readonly jitter: number;
  readonly betas: readonly number[];
}

export function checkEstimate(asked: Asked, kind: string): void {
  if (!isEstimating(asked)) return;
  const { method, ablation, direction, jitter, betas } = asked;
  const readsTwin = method === 'eap-ig' || direction === 'denoise';
  expectThat(
    !readsTwin || ablation === 'corrupted',
    `${kind}: ablation`,
    ablation,
    `'corrupted' ${method === 'eap-ig' ? "with method 'eap-ig'" : "with direction 'denoise'"}, which reads the twin's run`,
  );
  expectThat(jitter === 0, `${kind}: jitter`, jitter, `0 with method '${method}', which cuts nothing`);
  expectThat(
    betas.length === 0,
    `${kind}: betas`,
    betas.join(', '),
    `none with method '${method}': what is left of cut edges lowers all estimates alike`,
  );
}
