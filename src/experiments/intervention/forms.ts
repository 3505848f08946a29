/** Edits, masks and rewrites as a form asks for them: a row each. */
import { rowChoices } from '../common/rows';
import type { Form } from '../contract/fields';
import type { Option } from '../experiment';

const places = (name: string, label: string): Option => ({
  name,
  label,
  kind: 'places',
  choices: rowChoices,
  default: 'all',
});

const head: Option = { name: 'head', label: 'head (none: all)', kind: 'head', default: null };
const layers: Option = {
  name: 'layers',
  label: 'blocks, from and up to (none: all)',
  kind: 'numbers',
  default: null,
};
const seed = (label: string): Option => ({ name: 'seed', label, kind: 'number', default: null, min: 0 });

/** Operations that take their value from somewhere. */
const SOURCED = ['set', 'add', 'lerp', 'set_along'];

export const editsForm: Form = {
  kind: 'rows',
  label: 'Edits',
  each: 'edit',
  default: [],
  columns: [
    {
      name: 'op',
      label: 'do',
      kind: 'choice',
      choices: [
        { value: 'set', label: 'set to' },
        { value: 'add', label: 'add' },
        { value: 'scale', label: 'scale by' },
        { value: 'lerp', label: 'move towards' },
        { value: 'clamp', label: 'clamp to' },
        { value: 'project_out', label: 'project out' },
        { value: 'set_along', label: 'set along' },
        { value: 'snippet', label: 'WGSL' },
      ],
      default: 'set',
    },
    { name: 'site', label: 'site', kind: 'site', default: 'blocks.0.hook_resid_post' },
    places('rows', 'at'),
    head,
    { name: 'columns', label: 'columns, from and up to (none: all)', kind: 'numbers', default: null },
    {
      name: 'alpha',
      label: 'times',
      kind: 'number',
      default: 1,
      only: { op: ['add', 'scale', 'lerp'] },
    },
    { name: 'range', label: 'least and most', kind: 'numbers', default: [-1, 1], only: { op: ['clamp'] } },
    {
      name: 'direction',
      label: 'direction',
      kind: 'numbers',
      default: null,
      only: { op: ['project_out', 'set_along'] },
    },
    {
      name: 'source',
      label: 'value',
      kind: 'variant',
      tag: 'kind',
      variants: [
        {
          value: 'constant',
          label: 'a number',
          fields: [{ name: 'value', label: 'number', kind: 'number', default: 0 }],
        },
        {
          value: 'run',
          label: 'that of a run',
          fields: [
            {
              name: 'run',
              label: 'run',
              kind: 'choice',
              choices: [
                { value: 'corrupted', label: 'the twin’s' },
                { value: 'clean', label: 'the clean one' },
              ],
              default: 'corrupted',
            },
          ],
        },
        {
          value: 'vector',
          label: 'a vector',
          fields: [{ name: 'values', label: 'numbers', kind: 'numbers', default: null, isFile: true }],
        },
        {
          value: 'noise',
          label: 'noise',
          fields: [
            { name: 'scale', label: 'standard deviation', kind: 'number', default: 1, min: 0 },
            { name: 'seed', label: 'seed', kind: 'number', default: 1, min: 0 },
          ],
        },
      ],
      default: { kind: 'constant', value: 0 },
      only: { op: SOURCED },
    },
    { name: 'code', label: 'WGSL', kind: 'text', default: null, only: { op: ['snippet'] } },
  ],
};

export const masksForm: Form = {
  kind: 'rows',
  label: 'Masks',
  each: 'mask',
  default: [],
  columns: [
    {
      name: 'op',
      label: 'do',
      kind: 'choice',
      choices: [
        { value: 'add', label: 'hide' },
        { value: 'allow', label: 'allow' },
      ],
      default: 'add',
    },
    { ...places('keys', 'keys'), default: 'subject' } as Option,
    { ...places('queries', 'from queries'), default: 'answer' } as Option,
    layers,
    head,
    { name: 'value', label: 'shift of the score (none: hide)', kind: 'number', default: null },
  ],
};

export const rewritesForm: Form = {
  kind: 'rows',
  label: 'Rewrites of patterns',
  each: 'rewrite',
  default: [],
  columns: [
    {
      name: 'kind',
      label: 'look',
      kind: 'choice',
      choices: [
        { value: 'uniform', label: 'everywhere alike' },
        { value: 'reversed', label: 'the other way round' },
        { value: 'shuffled', label: 'in shuffled places' },
        { value: 'random', label: 'at random' },
      ],
      default: 'uniform',
    },
    places('queries', 'queries'),
    layers,
    head,
    seed('seed (shuffled, random)'),
  ],
};
