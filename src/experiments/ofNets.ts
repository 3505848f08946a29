/**
 * Questions about nets that come as ONNX graphs, by the `kind` of their spec: the parser of each.
 * They are no `Experiment`, which plans forward passes of language models.
 */
import { parseClassGraphSpec } from './class-graph/spec';

const PARSERS: Readonly<Record<string, (json: unknown) => Record<string, unknown>>> = {
  'class-graph': parseClassGraphSpec,
};

/** Null for a question of another kind. */
export function netSpecParser({ kind }: Readonly<Record<string, unknown>>) {
  return typeof kind === 'string' && Object.hasOwn(PARSERS, kind) ? PARSERS[kind]! : null;
}
