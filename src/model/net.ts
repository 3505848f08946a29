/**
 * The vocabulary of nets that come as ONNX graphs: what goes in, and the tensors between nodes, which
 * are the sites. Shapes are of one image: the batch axis is left out.
 */

export interface NetInput {
  readonly name: string;
  /** [C, H, W], [H, W, C], or [D] and [D, 1, 1] of a latent. */
  readonly shape: readonly number[];
  /** Where channels are; null for a latent. */
  readonly layout: 'NCHW' | 'NHWC' | null;
  readonly type: 'float32' | 'float16';
  /** Images per run that the file asks for; null: any number. */
  readonly batch: number | null;
}

export interface NetSite {
  /** The name of the node that makes it; of its tensor, if the node has none of its own. */
  readonly name: string;
  readonly tensor: string;
  /** The node's operator, e.g. 'Conv'; 'Input' for the image. */
  readonly operator: string;
  /** Sites that the node reads. */
  readonly reads: readonly string[];
  readonly shape: readonly number[];
  /** Entries of the tensor's first axis per image; 1, unless batch and another axis are merged. */
  readonly lead: number;
  /** Whether every path from the input to the answer passes here: it alone decides the answer. */
  readonly isCut: boolean;
}

/** A linear layer with stored weights, whose edges can be set. */
export interface NetLayer {
  /** The site that it writes, and the one that it reads. */
  readonly site: string;
  readonly reads: string;
  readonly operator: LinearOperator;
  /** Channels feed those of their own group alone; 1 but in grouped and depthwise convolutions. */
  readonly groups: number;
}

export const LINEAR = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'] as const;
export type LinearOperator = (typeof LINEAR)[number];

export interface NetSpec {
  readonly opset: number;
  readonly input: NetInput;
  /** Images in one run: any number, or one after another, and then why. */
  readonly batch: 'any' | 'one';
  readonly notes: readonly string[];
  /** In the order in which they are computed; the first is the input, the last the answer. */
  readonly sites: readonly NetSite[];
  readonly layers: readonly NetLayer[];
  /** Why layer masking cannot be asked of it, in one sentence; null: it can. */
  readonly unmaskable: string | null;
  /** Whether the answer is a softmax already. */
  readonly isSoftmax: boolean;
  readonly parameters: number;
  /** Bytes of the values that one image needs at once, at most. */
  readonly liveBytes: number;
}

/** The site with the logits: what a last softmax reads. */
export function logitSite({ sites, isSoftmax }: NetSpec): string {
  const answer = sites.at(-1)!;
  return (isSoftmax && answer.reads[0]) || answer.name;
}

/** Throws an Error for an unknown site. */
export function netSite({ sites }: Pick<NetSpec, 'sites'>, name: string): NetSite {
  const found = sites.find((site) => site.name === name);
  if (found) return found;
  const near = sites.filter((site) => site.name.includes(name)).slice(0, 6);
  const some = (near.length > 0 ? near : sites.slice(-6)).map((site) => site.name);
  throw new Error(
    `net: there is no such site, got '${name.slice(0, 200)}', expected e.g. ${some.join(', ')}.`,
  );
}
