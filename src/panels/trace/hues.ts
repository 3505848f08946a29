import type { TraceKind } from '../../results/document';
import type { Hue } from '../../ui/colour';

/** ROME's hue per kind of restored state. */
export const KIND_HUES: Record<TraceKind, Hue> = { hidden: 'purple', mlp: 'green', attn: 'red' };
