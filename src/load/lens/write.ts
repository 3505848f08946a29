/** A lens as a file: the form of the published ones, or safetensors. */
import { type JacobianLens, lensWeight } from '../../model/lens';
import { encodeF16 } from '../../util/halves';
import { type Saved, type TensorBytes, torchSave } from '../pickle/write';
import { writeSafetensors } from '../writeSafetensors';
import { LENS_FORMAT } from './safetensors';

/** 'f16' halves the file, as the published ones are; 'f32' keeps every bit. */
export type LensDtype = 'f16' | 'f32';
export type LensFormat = 'pt' | 'safetensors';

/** Throws an Error if a number is too large for a half. */
export function writeLens(lens: JacobianLens, format: LensFormat, dtype: LensDtype): Uint8Array {
  return format === 'pt' ? torchLens(lens, dtype) : safetensorsOf(lens, dtype);
}

/** For TransformerLens's JacobianLens.load, and torch.load with weights_only=True. */
function torchLens({ matrices, layers, dModel, prompts, skipFirst, title }: JacobianLens, dtype: LensDtype) {
  const tensor = (layer: number): TensorBytes => {
    const { buffer, byteOffset, byteLength } = numbers(matrices, layer, dtype);
    const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
    return { kind: 'tensor', dtype: dtype === 'f16' ? 'F16' : 'F32', shape: [dModel, dModel], bytes };
  };
  const metadata: [string, Saved][] = [
    ['estimator', 'jacobian_lens'],
    ['hook_convention', 'blocks.{layer}.hook_resid_post'],
    ['corpus', title],
    ['n_prompts', prompts],
  ];
  if (skipFirst !== null) metadata.push(['skip_first_positions', skipFirst]);
  return torchSave(
    new Map<string, Saved>([
      ['J', new Map(layers.map((layer) => [layer, tensor(layer)]))],
      ['n_prompts', prompts],
      ['source_layers', layers],
      ['d_model', dModel],
      ['metadata', new Map(metadata)],
    ]),
  );
}

function safetensorsOf(
  { matrices, layers, dModel, prompts, skipFirst, title }: JacobianLens,
  dtype: LensDtype,
) {
  const shape = [dModel, dModel];
  const tensors = layers.map((layer) => {
    const data = numbers(matrices, layer, dtype);
    return [lensWeight(layer), { shape, data }] as const;
  });
  return writeSafetensors(Object.fromEntries(tensors), {
    format: LENS_FORMAT,
    prompts: String(prompts),
    ...(skipFirst !== null && { skip_first: String(skipFirst) }),
    corpus: title,
  });
}

function numbers(matrices: JacobianLens['matrices'], layer: number, dtype: LensDtype) {
  const matrix = matrices.get(layer)!;
  return dtype === 'f32' ? matrix : encodeF16(matrix, lensWeight(layer));
}
