/**
 * Runs a net on two made-up images, alone and together, to see what its file does not say: the shapes
 * of the tensors between its nodes, their types, and whether images in one batch are independent.
 */
import type { NetInput } from '../model/net';
import { elements } from '../util/elements';
import { ANSWER, exposeShapes, shapeOutput } from './rewrite/expose';
import type { Net } from './rewrite/net';
import type { Sizes } from './rewrite/split';
import { openSession } from './session';

export interface Probed {
  /** Tensor -> its sizes; only those whose first axis grows with the number of images. */
  readonly sizes: ReadonlyMap<string, Sizes>;
  /** Tensors of floats with 32 bits, and with 16. */
  readonly floats: ReadonlySet<string>;
  readonly halves: ReadonlySet<string>;
}

interface Subject {
  readonly input: NetInput;
  /** From the image to the answer. */
  readonly tensors: readonly string[];
}

/** Rounding may make this difference between a batch and single images, as a share. */
const ROUNDING = 1e-4;

/**
 * Null if the net cannot take two images at once: the engine refuses, or an image's answer depends
 * on the other one.
 */
export async function probePair(net: Net, file: Uint8Array, subject: Subject): Promise<Probed | null> {
  try {
    return await probing(net, file, subject, async (look) => {
      const [a, b, both] = [await look([0]), await look([1]), await look([0, 1])];
      const alone = [...a.answer, ...b.answer];
      if (!isClose(both.answer, alone)) return null;
      return subject.tensors.flatMap((name) => {
        const [one, two] = [a.dims.get(name)!, both.dims.get(name)!];
        const grows = one.length > 0 && two.every((size, i) => size === (i === 0 ? 2 : 1) * one[i]!);
        return grows ? [[name, one] as const] : [];
      });
    });
  } catch {
    return null;
  }
}

/** As `probePair`, with one image. Throws one sentence if the engine refuses the net. */
export async function probeOne(net: Net, file: Uint8Array, subject: Subject): Promise<Probed> {
  const probed = await probing(net, file, subject, async (look) => {
    const { dims } = await look([0]);
    return [...dims].filter(([, { length }]) => length > 0);
  });
  return probed!;
}

type Dims = readonly number[];
type Look = (seeds: readonly number[]) => Promise<{ dims: Map<string, Dims>; answer: Float32Array }>;
type Seen = readonly (readonly [tensor: string, dims: Dims])[];

async function probing(
  net: Net,
  file: Uint8Array,
  { input, tensors }: Subject,
  work: (look: Look) => Promise<Seen | null>,
): Promise<Probed | null> {
  const probe = exposeShapes(net, tensors, tensors.at(-1)!);
  const session = await openSession(probe, file, { optimization: 'disabled' });
  try {
    const seen = await work(async (seeds) => {
      const feed = { dims: [seeds.length, ...input.shape], data: pictures(elements(input.shape), seeds) };
      const results = await session.run({ [net.inputs[0]!.name]: feed }, [
        ...tensors.map(shapeOutput),
        ANSWER,
      ]);
      const dims = tensors.map(
        (name) => [name, Array.from(results.get(shapeOutput(name))!.data, Number)] as const,
      );
      return { dims: new Map(dims), answer: results.get(ANSWER)!.data as Float32Array };
    });
    if (!seen) return null;
    const isOf = (type: string) => new Set(tensors.filter((name) => session.types.get(name) === type));
    // An input is no output, so its type is not listed; nets take floats.
    const floats = isOf('float32').add(net.inputs[0]!.name);
    const sizes = new Map(seen.map(([name, [lead, ...shape]]) => [name, { lead: lead!, shape }]));
    return { sizes, floats, halves: isOf('float16') };
  } finally {
    await session.close();
  }
}

/** Numbers around 0 without a pattern, different for every seed. */
function pictures(size: number, seeds: readonly number[]): Float32Array {
  const data = new Float32Array(size * seeds.length);
  for (const [k, seed] of seeds.entries())
    for (let i = 0; i < size; i++) data[k * size + i] = Math.sin(i * (1.7 + seed) + (i * i) / 97);
  return data;
}

function isClose(ours: Float32Array, theirs: readonly number[]): boolean {
  if (ours.length !== theirs.length) return false;
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return theirs.every((value, i) => Math.abs(value - ours[i]!) <= ROUNDING * largest);
}
