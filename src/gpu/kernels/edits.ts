/** Kernels that apply a table of edits to a tensor, and those that reduce logits to numbers. */
import { fold, inputs, kernel, outputs, perElement, perTeam, u32 } from './define';

/** u32 words per entry of an edit table. */
export const ENTRY_WORDS = 11;
/** Word 2 of an entry. */
export const EDIT_OPS = { set: 0, add: 1, scale: 2, lerp: 3, clamp: 4, min: 5 } as const;
/** Word 3 of an entry (word 2 for `project`): the buffer to read. */
export const VALUE_KINDS = { values: 0, source: 1, none: 2 } as const;
/** Word 5 of an entry that has no low-order parts. */
export const NO_LOW_PART = 0xffffffff;

/** Word 1 of an entry of `rewrite`. */
export const REWRITE_KINDS = { uniform: 0, reversed: 1, shuffled: 2, random: 3 } as const;

/** f32 per reduced row of logits: six from `metric`, one from `divergence`. */
export const METRIC_WORDS = 7;

export const EDITS = {
  /**
   * entries u32 [n,11]: 0 element offset in x, 1 columns, 2 op (EDIT_OPS), 3 value kind
   * (VALUE_KINDS), 4 offset of the first value in that buffer, 5 offset of the low-order parts in
   * `values` (NO_LOW_PART if none), 6 value step (0 constant, 1 per column), 7 alpha as f32 bits, 8
   * samples, 9 step from sample to sample in x, 10 the same in the buffer that is read. For clamp, 4
   * is the low and 7 the high end, as f32 bits. Entries of one dispatch must not overlap in x. `rows`
   * counts entries; `maxCols` and `samples` are at least the largest words 1 and 8.
   */
  ...kernel('edit', {
    preludes: ['finite'],
    storage: [...inputs('entries', 'values', 'source'), ...outputs('x')],
    params: u32('maxCols', 'samples'),
    workgroups: (p) => perElement(p.rows * p.samples * p.maxCols),
  }),

  /**
   * x += ((s - x).d)/(d.d) w over each entry's columns. entries u32 [n,11]: 0 element offset in x, 1
   * columns, 2 buffer of s (VALUE_KINDS; none: s = 0), 3 buffer of d, 4 offset of the first d, 5
   * offset of the first s, 6 step of d (0 constant, 1 per column), 7 step of s, 8 to 10 buffer, offset
   * of the first, and step of w.
   */
  ...kernel('project', {
    storage: [...inputs('entries', 'values', 'source'), ...outputs('x')],
    params: u32('maxCols'),
    workgroups: (p) => perTeam(p.rows),
  }),

  /**
   * Replaces rows of the pattern [n,H,T] over the keys with a score above -1e29. entries u32 [n,3]: 0
   * element offset of the (query, head) row, 1 kind (REWRITE_KINDS), 2 key of the row's random
   * numbers. `before` is a copy of the pattern.
   */
  ...kernel('rewrite', {
    storage: [...inputs('entries', 'scores', 'before'), ...outputs('pattern')],
    params: u32('T'),
    workgroups: (p) => perElement(p.rows * p.T),
  }),

  /**
   * cells = edit(cell, row, col) by a user's function, which takes the place of the prelude
   * (`getPipeline`). entries u32 [n,4]: 0 element offset of the first cell, 1 columns, 2 position, 3
   * column of the first cell.
   */
  ...kernel('snippet', {
    preludes: ['edit_nothing'],
    storage: [...inputs('entries'), ...outputs('cells')],
    params: u32('maxCols'),
    workgroups: (p) => perElement(p.rows * p.maxCols),
  }),

  /**
   * logits [n,V], targets u32 [n,2] (answer, distractor) -> out [n,7]: answer logit, distractor
   * logit, max, argmax (lowest id on ties), sum of exp(logit - max), rank = number of logits above
   * the answer's; word 6 is left unchanged. The sum is -1 if a logit of the row is not finite.
   */
  ...kernel('metric', {
    preludes: ['finite'],
    storage: [...inputs('logits', 'targets'), ...outputs('out')],
    params: u32('V'),
    workgroups: (p) => fold(p.rows),
  }),

  /**
   * For table rows i (pairs row, reference): out[7*row + 6] = KL(softmax(references[reference]) ||
   * softmax(logits[row])) in nats; -1 if either row has a number that is not finite. logits and
   * references [*,V].
   */
  ...kernel('divergence', {
    preludes: ['finite'],
    storage: [...inputs('table', 'references', 'logits'), ...outputs('out')],
    params: u32('V'),
    workgroups: (p) => fold(p.rows),
  }),
};
