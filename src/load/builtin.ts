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

/** Nets that come as ONNX graphs. */
export const BUILTIN_NETS: readonly BuiltinNet[] = [
  {
    id: 'shapes',
    title: 'Shapes',
    about: 'A small classifier of coloured shapes. The channels that make each class are known.',
    files: ['preprocessor_config.json', 'config.json'],
    pictures: 'scenes.zip',
  },
  {
    id: 'scenes',
    title: 'Scenes',
    about: 'A small generator of scenes with coloured shapes. What each latent number does is known.',
    files: [],
    pictures: null,
  },
];

export interface BuiltinNet extends BuiltinModel {
  /** Beside model.onnx. */
  readonly files: readonly string[];
  /** Its own task set of pictures. */
  readonly pictures: string | null;
}
