/**
 * Norms of rows and heads, and the rotation of queries and keys. Shapes: R rows, W width. center 1
 * is LayerNorm, 0 RMS norm. With hasWeight 0 or hasBias 0, weight or bias is not read: bind any
 * buffer that is not written.
 */

import affineSource from '../../../shaders/affine.wgsl?raw';
import headNormSource from '../../../shaders/head_norm.wgsl?raw';
import momentsSource from '../../../shaders/lib/moments.wgsl?raw';
import normSource from '../../../shaders/norm.wgsl?raw';
import normCenterSource from '../../../shaders/norm_center.wgsl?raw';
import normScaleSource from '../../../shaders/norm_scale.wgsl?raw';
import rotarySource from '../../../shaders/rotary.wgsl?raw';
import { finite, input, kernel, output, perElement, perTeam } from './define';

const moments = [finite, { file: 'lib/moments', source: momentsSource }];

/**
 * A norm after a residual add: if hasDelta is 1, first writes x += delta.
 * out = normalized * (weight + shift) + bias, normalized = (x - mean) / sqrt(var + eps), or with
 * center 0 x / sqrt(mean(x^2) + eps). With hasDelta 0 delta is not read.
 */
export const norm = kernel({
  name: 'norm',
  source: normSource,
  preludes: moments,
  storage: [input('delta'), output('x'), input('weight'), input('bias'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['eps', 'f32'],
    ['hasDelta', 'u32'],
    ['center', 'u32'],
    ['hasWeight', 'u32'],
    ['hasBias', 'u32'],
    ['shift', 'f32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** scale [R] = sqrt(var(x [R,W]) + eps), or with center 0 sqrt(mean(x^2) + eps). */
export const norm_scale = kernel({
  name: 'norm_scale',
  source: normScaleSource,
  preludes: moments,
  storage: [input('x'), output('scale')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['eps', 'f32'],
    ['center', 'u32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** out [R,W] = (x - mean) / scale [R], or with center 0 x / scale. */
export const norm_center = kernel({
  name: 'norm_center',
  source: normCenterSource,
  preludes: moments,
  storage: [input('x'), input('scale'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['center', 'u32'],
  ],
  workgroups: (p) => perTeam(p.rows),
  rowQuantum: 1,
});

/** out [R,W] = x * (w [W] + shift) + b [W]. */
export const affine = kernel({
  name: 'affine',
  source: affineSource,
  storage: [input('x'), input('w'), input('b'), output('out')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['width', 'u32'],
    ['hasWeight', 'u32'],
    ['hasBias', 'u32'],
    ['shift', 'f32'],
  ],
  workgroups: (p) => perElement(p.rows * p.width),
  rowQuantum: 1,
});

/**
 * In place, for each row r and head h: g = g / sqrt(mean(g^2) + eps) * (weight [width] + shift),
 * where g is x[r*stride + col + h*width ..+width].
 */
export const head_norm = kernel({
  name: 'head_norm',
  source: headNormSource,
  preludes: [finite],
  storage: [input('weight'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['heads', 'u32'],
    ['width', 'u32'],
    ['stride', 'u32'],
    ['col', 'u32'],
    ['eps', 'f32'],
    ['shift', 'f32'],
  ],
  workgroups: (p) => perTeam(p.rows * p.heads),
  rowQuantum: 1,
});

/**
 * In place, for each row r and head h (columns x[r*stride + col + h*K ..+K]): rotates the pairs
 * (n*step, n*step + apart) of the first `dims` columns by angles[positions[r] mod T - begin].
 * positions u32 [R]; angles [*, dims/2, 2] = cos, sin.
 */
export const rotary = kernel({
  name: 'rotary',
  source: rotarySource,
  storage: [input('positions'), input('angles'), output('x')],
  params: [
    ['row0', 'u32'],
    ['rows', 'u32'],
    ['heads', 'u32'],
    ['K', 'u32'],
    ['dims', 'u32'],
    ['step', 'u32'],
    ['apart', 'u32'],
    ['stride', 'u32'],
    ['col', 'u32'],
    ['T', 'u32'],
    ['begin', 'u32'],
  ],
  workgroups: (p) => perElement((p.rows * p.heads * p.dims) / 2),
  rowQuantum: 1,
});
