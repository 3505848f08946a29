/** The question of activation patching: its fields. */
import { gridChoices, gridNames } from '../common/grids';
import { MOST } from '../../util/bounds';
import { check, choice, choices, number, seed, type SpecOf } from '../contract/fields';

export const KIND = 'activation-patching';

export const fields = {
  direction: choice({
    label: 'Put',
    choices: {
      denoise: 'the clean state into the corrupted run (is it enough?)',
      noise: 'the corrupted state into the clean run (is it needed?)',
    },
    default: 'denoise',
  }),
  scale: choice({
    label: 'Values',
    choices: { normalised: 'normalised: 0 corrupted, 1 clean', raw: 'as the metric has them' },
    default: 'normalised',
  }),
  by: choice({
    label: 'How',
    choices: {
      measure: 'measure: one run per state',
      estimate: 'estimate by gradient: three passes for all',
      both: 'both, and compare them',
      top: 'estimate all, then measure the 20 largest of each',
    },
    default: 'measure',
  }),
  qkFix: check({
    label: 'Estimate queries and keys through the softmax (the QK fix of AtP*)',
    default: false,
    only: { by: ['estimate', 'both', 'top'] },
    isRare: true,
  }),
  gradDrop: check({
    label: 'Estimate without cancellation: sizes only, one more pass per block (GradDrop of AtP*)',
    default: false,
    only: { by: ['estimate', 'both'] },
    isRare: true,
  }),
  subsets: number({
    label: 'Bound what is missed: random subsets of the other states, patched together',
    default: 0,
    min: 0,
    max: MOST.samples,
    whole: true,
    only: { by: ['top'] },
    isRare: true,
  }),
  subsetSeed: seed('Seed of the subsets', 1, { only: { by: ['top'] }, isRare: true }),
  grids: choices({
    label: 'States to patch',
    choices: gridChoices(gridNames),
    default: ['resid_pre', 'attn_out', 'mlp_out'],
  }),
};

export type PatchingSpec = SpecOf<typeof fields>;

/** The run that is patched, and the one whose states are put into it. */
export const runsOf = ({ direction }: Pick<PatchingSpec, 'direction'>) =>
  direction === 'denoise'
    ? ({ base: 'corrupted', from: 'clean' } as const)
    : ({ base: 'clean', from: 'corrupted' } as const);
