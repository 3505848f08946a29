/**
 * The models that ship with the app, each a folder in `public/models`. The page opens the first.
 */

export interface BuiltinModel {
  /** Folder name. */
  readonly id: string;
  readonly title: string;
  /** Its purpose, in one sentence. */
  readonly about: string;
}

export const BUILTIN_MODELS: readonly [BuiltinModel, ...BuiltinModel[]] = [
  { id: 'atlas', title: 'Atlas', about: 'A small trained model that knows facts about countries.' },
  {
    id: 'planted',
    title: 'Planted circuit',
    about:
      'Weights set by hand: three heads and one MLP answer, the rest are decoys. Does a method find the circuit?',
  },
  {
    id: 'backup',
    title: 'Backup head',
    about:
      'Weights set by hand: a second head steps in when the first is missing, which single cuts overlook.',
  },
  {
    id: 'inverse-permutation',
    title: 'Inverse permutation',
    about:
      'Weights set by hand: attention that a causal mask makes impossible, and scratch rows possible again.',
  },
];
