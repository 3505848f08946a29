/** Stored tensors: checked against their own shape, and moved out of the graph if they are large. */
import { create } from '@bufbuild/protobuf';
import {
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';
import { named, quoted } from '../../util/parse';
import { WEIGHTS } from '../rewrite/net';

/** Bits of an element. */
const BITS: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 32,
  [DataType.UINT8]: 8,
  [DataType.INT8]: 8,
  [DataType.UINT16]: 16,
  [DataType.INT16]: 16,
  [DataType.INT32]: 32,
  [DataType.INT64]: 64,
  [DataType.BOOL]: 8,
  [DataType.FLOAT16]: 16,
  [DataType.DOUBLE]: 64,
  [DataType.UINT32]: 32,
  [DataType.UINT64]: 64,
};
const MOST_AXES = 8;
/** Smaller tensors stay in the graph, where shapes are read from. */
const SMALL = 1024;

/** Throws one sentence if a tensor is elsewhere, of an unknown type, or not as large as its shape. */
export function checkTensor(where: string, tensor: TensorProto): void {
  const { dims, dataType, rawData, floatData, int32Data, int64Data, doubleData, uint64Data } = tensor;
  const what = `${where}: tensor ${quoted(tensor.name)}`;
  if (tensor.dataLocation !== DataLocation.DEFAULT || tensor.externalData.length > 0) {
    const place = tensor.externalData.find(({ key }) => key === 'location')?.value ?? '';
    throw new Error(
      `${what} is in another file, got ${quoted(place)}, expected its numbers in this one. Save the model with its weights inside.`,
    );
  }
  const bits = Object.hasOwn(BITS, dataType) ? BITS[dataType]! : null;
  if (bits === null || tensor.segment)
    throw new Error(`${what} has an unknown type, got ${dataType}, expected floats or integers.`);
  if (dims.length > MOST_AXES || dims.some((size) => size < 0n))
    throw new Error(
      `${what} has no possible shape, got [${named(dims.slice(0, 9).join(', '))}], expected at most ${MOST_AXES} sizes of at least 0.`,
    );
  const count = dims.reduce((product, size) => product * size, 1n);
  const lists = [floatData, int32Data, int64Data, doubleData, uint64Data].filter(({ length }) => length > 0);
  const got = rawData.length > 0 ? (8 * rawData.length) / bits : (lists[0]?.length ?? 0);
  if (lists.length > (rawData.length > 0 ? 0 : 1) || BigInt(Math.ceil(got)) !== count || got % 1 !== 0)
    throw new Error(
      `${what} is not as large as its shape, got ${got} numbers, expected ${named(`${count}`)} for [${dims.join(', ')}].`,
    );
}

/** The tensor, or, if it is large, its place in `file`, of which its bytes are a view. */
export function placedIn(file: Uint8Array, tensor: TensorProto): TensorProto {
  const { rawData, name, dataType, dims } = tensor;
  if (rawData.length <= SMALL) return tensor;
  const place = {
    location: WEIGHTS,
    offset: `${rawData.byteOffset - file.byteOffset}`,
    length: `${rawData.length}`,
  };
  return create(TensorProtoSchema, {
    name,
    dataType,
    dims,
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
  });
}
