/** The models that ship with the app, each a folder of `public/models`. The first is the one that the page opens with. */

export interface BuiltinModel {
  /** Name of the folder. */
  readonly id: string;
  readonly title: string;
  /** What it is there for, in one sentence. */
  readonly about: string;
}

export const BUILTIN_MODELS: readonly [BuiltinModel, ...BuiltinModel[]] = [
  { id: 'atlas', title: 'Atlas', about: 'A small trained model that knows facts about countries.' },
  {
    id: 'planted',
    title: 'Planted circuit',
    about:
      'Weights set by hand: three heads and one MLP answer, everything else is a decoy, so that you can see whether a method finds the circuit.',
  },
];
