/** The one input of a graph: an image, or a latent vector. */
import { TensorProto_DataType as DataType, type ValueInfoProto } from 'onnx-buf';
import type { NetInput } from '../../model/net';
import { elements } from '../../util/elements';
import { named, quoted } from '../../util/parse';

/** Pixels along an edge. */
const MOST_EDGE = 4096;
const MOST_NUMBERS = 2 ** 24;
/** The edge of an image if the graph takes any. */
const USUAL_EDGE = 224;

/**
 * `edge`: the size for graphs that take images of any size. Throws one sentence if there is not
 * exactly one input, or it is no image and no vector of floats.
 */
export function inputPort(where: string, inputs: readonly ValueInfoProto[], edge = USUAL_EDGE): NetInput {
  if (inputs.length !== 1) {
    const names = inputs.slice(0, 6).map((one) => named(one.name));
    throw new Error(
      `${where}: needs ${inputs.length} inputs, got ${names.join(', ') || 'none'}, expected one image.`,
    );
  }
  const { name, type } = inputs[0]!;
  const tensor = type?.value.case === 'tensorType' ? type.value.value : null;
  const sizes = tensor?.shape?.dim.map(({ value }) =>
    value.case === 'dimValue' ? Number(value.value) : null,
  );
  const what = `${where}: input ${quoted(name)}`;
  if (!tensor || !sizes || (tensor.elemType !== DataType.FLOAT && tensor.elemType !== DataType.FLOAT16))
    throw new Error(
      `${what} is no tensor of floats, got type ${tensor?.elemType ?? 'none'}, expected an image in float32 or float16.`,
    );
  const [batch = null, ...own] = sizes;
  const isChannels = (size: number | null | undefined) => size === 1 || size === 3 || size === 4;
  // [D, 1, 1] is a latent: generators begin with a convolution.
  const isImage = own.length === 3 && !(own[1] === 1 && own[2] === 1);
  const layout = !isImage ? null : isChannels(own[0]) || !isChannels(own[2]) ? 'NCHW' : 'NHWC';
  const shape = own.map((size, i) => size ?? (isImage && i !== (layout === 'NCHW' ? 0 : 2) ? edge : null));
  const isPossible = (size: number | null): size is number => size !== null && size >= 1;
  if (own.length < 1 || own.length > 3 || !shape.every(isPossible) || (batch !== null && batch < 1))
    throw new Error(
      `${what} has no usable shape, got [${sizes.slice(0, 9).map((size) => size ?? 'any')}], expected [N, 3, H, W], [N, H, W, 3] or [N, D].`,
    );
  const count = elements(shape);
  if (count > MOST_NUMBERS || (isImage && shape.some((size) => size > MOST_EDGE)))
    throw new Error(
      `${what} is too large, got [${shape}], expected at most ${MOST_EDGE} along an edge and ${MOST_NUMBERS.toLocaleString('en-US')} numbers.`,
    );
  return { name, shape, layout, type: tensor.elemType === DataType.FLOAT ? 'float32' : 'float16', batch };
}
