/**
 * Sigma of a model without a card: the standard deviation (n - 1) over all entries of `hook_embed`
 * at the tokens of a shipped list of names, as ROME measures it over its subjects
 * (`collect_embedding_std`, Meng et al. 2022). Each name is encoded alone, without BOS, and
 * repeated tokens count repeatedly. It is computed from rows as they are read while the model
 * opens, so it needs neither an extra pass nor memory.
 */
import type { MeasuredOn } from '../../experiments/common/noise';
import { dequantize } from '../../load/dequantize';
import type { StoredType } from '../../load/stored';
import { type Tokenizer, TokenizerStopped } from '../../load/tokenizer/connection';
import type { WeightSink } from '../../load/weights';
import type { ModelSpec, WeightSlot } from '../../model/spec';
import { range } from '../../util/range';
import { sha256OfText } from '../../util/sha256';
import names from './names.txt?raw';

export interface MeasuredSigma {
  readonly value: number;
  /** How it was measured. */
  readonly rule: string;
  readonly measuredOn: MeasuredOn;
}

/** Identifies the list. */
const NAMES_SHA256 = sha256OfText(names);

/** Count, mean, and sum of squared deviations of the entries so far. */
interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly squares: number;
}

type Embeddings = Pick<ModelSpec, 'nEmbeddings' | 'embedScale'>;

/** A meter for this tokenizer's names. Rejects if the tokenizer stops. */
export async function measureSigma(
  spec: Embeddings,
  tokenizer: Pick<Tokenizer, 'encode'>,
): Promise<SigmaMeter> {
  const read = await Promise.all(names.trim().split('\n').map(idsOf(tokenizer, spec.nEmbeddings)));
  return new SigmaMeter(spec, read.filter(isSome));
}

class SigmaMeter implements WeightSink {
  /** How often each token counts. */
  private readonly counts = new Map<number, number>();
  private readonly read: number;
  private moments: Moments = { n: 0, mean: 0, squares: 0 };

  /** `readable`: token ids of the names that the tokenizer can read. */
  constructor(
    private readonly spec: Embeddings,
    readable: readonly (readonly number[])[],
  ) {
    this.read = readable.length;
    // A tokenizer of digits, or of other letters, reads no name: use all tokens.
    const ids = this.read > 0 ? readable.flat() : range(0, spec.nEmbeddings);
    for (const id of ids) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }

  async write(
    slot: WeightSlot,
    first: number,
    rows: number,
    dtype: StoredType,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    if (slot.name !== 'embed.W_E') return;
    const rowBytes = bytes.length / rows;
    for (let i = 0; i < rows; i++) {
      const count = this.counts.get(first + i);
      if (count === undefined) continue;
      const row = momentsOf(dequantize(dtype, bytes.slice(i * rowBytes, (i + 1) * rowBytes)));
      this.moments = merged(this.moments, { ...row, n: count * row.n, squares: count * row.squares });
    }
  }

  /** Null if the embeddings are constant or not finite, and so give no scale for noise. */
  result(): MeasuredSigma | null {
    const { n, squares } = this.moments;
    const value = this.spec.embedScale * Math.sqrt(squares / (n - 1));
    if (!(value > 0) || !Number.isFinite(value)) return null;
    const of = this.read > 0 ? `the tokens of ${this.read} names, each encoded alone` : 'all tokens';
    return {
      value,
      rule: `Standard deviation (n - 1) of the embeddings of ${of}; SHA-256 of the list of names ${NAMES_SHA256}.`,
      measuredOn: { names: this.read, list: NAMES_SHA256.slice(0, 12) },
    };
  }
}

/** A name's token ids; null if the tokenizer cannot read it or a token has no embedding. */
function idsOf({ encode }: Pick<Tokenizer, 'encode'>, nEmbeddings: number) {
  return async (name: string): Promise<readonly number[] | null> => {
    try {
      const ids = (await encode(name)).map(({ id }) => id);
      return ids.length > 0 && ids.every((id) => id < nEmbeddings) ? ids : null;
    } catch (error) {
      if (error instanceof TokenizerStopped) throw error;
      return null;
    }
  };
}

const isSome = <T>(value: T | null): value is T => value !== null;

function momentsOf(values: Float32Array): Moments {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  return { n, mean, squares: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) };
}

/** Combines the moments of two parts (Chan et al. 1979). */
function merged(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  const shift = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (shift * b.n) / n,
    squares: a.squares + b.squares + (shift * shift * a.n * b.n) / n,
  };
}
