/** Form rows for edits, masks, rewrites and cuts. */
import { rowChoices } from '../common/rows';
import { amount, blank, lines, pick, vector } from '../contract/columns';
import type { Form } from '../contract/fields';
import type { Option } from '../experiment';
import { unembeddingForm } from './unembedding';

const places = (name: string, label: string, begin = 'all'): Option => ({
  name,
  label,
  kind: 'places',
  choices: rowChoices,
  default: begin,
});
const head = blank('head', 'head', 'head (none: all)');
const layers = blank('numbers', 'layers', 'blocks, from and up to (none: all)');

const OPERATIONS = {
  set: 'set to',
  add: 'add',
  scale: 'scale by',
  lerp: 'move towards',
  clamp: 'clamp to',
  project_out: 'project out',
  set_along: 'set along',
  swap: 'swap',
  snippet: 'WGSL',
};

const source: Option = {
  name: 'source',
  label: 'value',
  kind: 'variant',
  tag: 'kind',
  variants: [
    { value: 'constant', label: 'a number', fields: [amount('value', 'number', 0)] },
    {
      value: 'run',
      label: 'that of a run',
      fields: [
        pick('run', 'run', { corrupted: 'the twin’s', clean: 'the clean one' }),
        { name: 'site', label: 'read at', kind: 'site', default: null },
        blank('numbers', 'rows', 'at positions (none: the same)'),
      ],
    },
    {
      value: 'mean',
      label: 'the mean over positions',
      fields: [pick('run', 'run', { clean: 'the clean one', corrupted: 'the twin’s' })],
    },
    { value: 'vector', label: 'a vector', fields: [vector] },
    unembeddingForm,
    {
      value: 'noise',
      label: 'noise',
      fields: [
        amount('scale', 'standard deviation', 1, { min: 0 }),
        amount('seed', 'seed', 1, { min: 0 }),
        amount('draw', 'draw, from 0', 0, { min: 0 }),
      ],
    },
  ],
  default: { kind: 'constant', value: 0 },
  only: { op: ['set', 'add', 'lerp', 'set_along', 'project_out', 'swap'] },
};

export const editsForm: Form = {
  kind: 'rows',
  label: 'Edits',
  each: 'edit',
  default: [],
  columns: [
    pick('op', 'do', OPERATIONS),
    { name: 'site', label: 'site', kind: 'site', default: 'blocks.0.hook_resid_post' },
    places('rows', 'at'),
    head,
    blank('numbers', 'columns', 'columns, from and up to (none: all)'),
    amount('alpha', 'times', 1, { only: { op: ['add', 'scale', 'lerp', 'swap'] } }),
    { name: 'range', label: 'least and most', kind: 'numbers', default: [-1, 1], only: { op: ['clamp'] } },
    { ...vector, name: 'direction', label: 'direction', only: { op: ['set_along'] } },
    source,
    blank('text', 'code', 'WGSL', { only: { op: ['snippet'] } }),
  ],
};

export const masksForm: Form = {
  kind: 'rows',
  label: 'Masks',
  each: 'mask',
  default: [],
  columns: [
    pick('op', 'do', { add: 'hide', allow: 'allow' }),
    places('keys', 'keys', 'subject'),
    places('queries', 'from queries', 'answer'),
    layers,
    head,
    amount('value', 'shift of the score (none: hide)', null),
  ],
};

const REWRITES = {
  uniform: 'everywhere alike',
  reversed: 'the other way round',
  shuffled: 'in shuffled places',
  random: 'at random',
};

export const rewritesForm: Form = {
  kind: 'rows',
  label: 'Rewrites of patterns',
  each: 'rewrite',
  default: [],
  columns: [
    pick('kind', 'look', REWRITES),
    places('queries', 'queries'),
    layers,
    head,
    amount('seed', 'seed (shuffled, random)', null, { min: 0 }),
  ],
};

export const cutsForm: Form = {
  kind: 'rows',
  label: 'Cuts of wires',
  each: 'cut',
  default: [],
  columns: [
    lines('senders', 'from parts, one a line', 'a0.h1'),
    blank('text', 'receiver', 'into'),
    places('rows', 'read at'),
    amount('beta', 'share that remains', 0, { min: 0, max: 1 }),
    {
      name: 'source',
      label: 'carries instead',
      kind: 'variant',
      tag: 'kind',
      variants: [
        { value: 'constant', label: 'a number', fields: [amount('value', 'number', 0)] },
        {
          value: 'run',
          label: 'what it carries in a run',
          fields: [pick('run', 'run', { corrupted: 'the twin’s', clean: 'the clean one' })],
        },
      ],
      default: { kind: 'constant', value: 0 },
    },
  ],
};
