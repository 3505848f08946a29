/** Kernels that apply a table of edits to a tensor, and the one that reduces logits to numbers. */

import editSource from '../../../shaders/edit.wgsl?raw';
import metricSource from '../../../shaders/metric.wgsl?raw';
import projectSource from '../../../shaders/project.wgsl?raw';
import { fold, input, kernel, output, perElement, perTeam } from './define';

/** u32 words of one entry of an edit table. */
export const ENTRY_WORDS = 8;
/** Word 2 of an entry. */
export const EDIT_OPS = { set: 0, add: 1, scale: 2, lerp: 3 } as const;
/** Word 3 of an entry: the buffer that v is read from. */
export const VALUE_KINDS = { values: 0, source: 1, none: 2 } as const;
/** Word 5 of an entry without low-order parts. */
export const NO_LOW_PART = 0xffffffff;

/**
 * entries u32 [n,8]: 0 element offset in x, 1 columns, 2 op (EDIT_OPS), 3 value kind (VALUE_KINDS), 4 offset of the
 * first value in that buffer, 5 offset of the low-order parts in `values` (NO_LOW_PART if none), 6 value step
 * (0 constant, 1 per column), 7 alpha as f32 bits. Entries of one dispatch must not overlap in x.
 * `rows` counts entries; `maxCols` is at least the largest word 1.
 */
export const edit = kernel({
  name: 'edit',
  source: editSource,
  storage: [input('entries'), input('values'), input('source'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['maxCols', 'u32'],
  ],
  workgroups: (p) => perElement(p.rows * p.maxCols),
  rowQuantum: 1,
});

/** x -= (x.v)/(v.v) v over each entry's columns; entries as for `edit` (op, low parts and alpha are not read). */
export const project = kernel({
  name: 'project',
  source: projectSource,
  storage: [input('entries'), input('values'), input('source'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['maxCols', 'u32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** f32 per row that `metric` writes. */
export const METRIC_WORDS = 6;

/**
 * logits [n,V], targets u32 [n,2] (answer, distractor) -> out [n,6]: answer logit, distractor logit, max, argmax
 * (lowest id on ties), sum of exp(logit - max), rank = number of logits above the answer's.
 */
export const metric = kernel({
  name: 'metric',
  source: metricSource,
  storage: [input('logits'), input('targets'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['V', 'u32'],
  ],
  workgroups: (p) => fold(p.rows),
  rowQuantum: 1,
});
