/**
 * The part of a net behind a tensor that cuts it, with that tensor as its input: runs that change
 * nothing before it start there.
 */
import { TensorProto_DataType as DataType, type NodeProto } from 'onnx-buf';
import { ADDED, inputOf, intsOf, type Net, nodeOf } from './net';
import { range } from '../../util/range';

/** Sizes of a tensor: [N * lead, ...shape]. */
export interface Sizes {
  readonly lead: number;
  readonly shape: readonly number[];
}

export interface Restart {
  readonly tensor: string;
  readonly isHalf: boolean;
  readonly sizes: Sizes;
  /** Of the tensors before it. */
  readonly before: ReadonlyMap<string, Sizes>;
}

/** The suffix. A node that reads the shape of an earlier tensor gets it from N alone. */
export function suffix(net: Net, { tensor, isHalf, sizes, before }: Restart): Net {
  const name = isHalf ? `${ADDED}restart` : tensor;
  const port = inputOf(name, DataType.FLOAT, ['N', ...sizes.shape]);
  const tensors = [...net.tensors];
  const count = `${ADDED}restart/count`;
  const counting = [
    nodeOf('Shape', [tensor], `${count}/shape`),
    nodeOf('Gather', [`${count}/shape`, `${count}/first`], count),
  ];
  tensors.push(intsOf(`${count}/first`, [0]));
  const nodes = net.nodes.flatMap((node, i): NodeProto[] => {
    if (node.output.includes(tensor)) return [];
    const earlier = node.opType === 'Shape' ? before.get(node.input[0]!) : undefined;
    if (!earlier) return [node];
    const [scaled, lead, rest, whole] = ['n', 'lead', 'rest', 'whole'].map(
      (part) => `${ADDED}restart/${i}/${part}`,
    );
    const ends = ['start', 'end'].map((one) => node.attribute.find((attribute) => attribute.name === one)?.i);
    const [from, to] = [Number(ends[0] ?? 0n), Number(ends[1] ?? BigInt(earlier.shape.length + 1))];
    const wanted = range(0, earlier.shape.length + 1).slice(from, to);
    tensors.push(
      intsOf(lead!, [earlier.lead]),
      intsOf(rest!, earlier.shape),
      intsOf(`${whole!}/wanted`, wanted),
    );
    return [
      nodeOf('Mul', [count, lead!], scaled!),
      nodeOf('Concat', [scaled!, rest!], whole!, { axis: 0 }),
      nodeOf('Gather', [whole!, `${whole!}/wanted`], node.output[0]!),
    ];
  });
  const start = isHalf ? [nodeOf('Cast', [name], tensor, { to: DataType.FLOAT16 })] : [];
  return { ...net, tensors, inputs: [port], nodes: [...start, ...counting, ...nodes] };
}
