/**
 * The random numbers of numpy's legacy `RandomState`, so that a noise draw equals that of a Python
 * script with the same seed: MT19937 (Matsumoto & Nishimura 1998) and the polar method for
 * Gaussians (Marsaglia & Bray 1964), which makes two at a time and keeps the second.
 */

const N = 624;
const M = 397;

export class RandomState {
  private readonly state = new Uint32Array(N);
  private index = N;
  private kept: number | null = null;

  /** `seed`: an integer in [0, 2^32). */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new Error(`seed: out of range, got ${seed}, expected an integer from 0 to 4294967295.`);
    }
    this.state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = this.state[i - 1]!;
      this.state[i] = Math.imul(previous ^ (previous >>> 30), 1812433253) + i;
    }
  }

  /** Next 32 random bits, as an integer in [0, 2^32). */
  nextUint32(): number {
    if (this.index === N) this.refill();
    let y = this.state[this.index++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Next double in [0, 1), 53 random bits. */
  nextDouble(): number {
    const a = this.nextUint32() >>> 5;
    const b = this.nextUint32() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  nextNormal(): number {
    if (this.kept !== null) {
      const kept = this.kept;
      this.kept = null;
      return kept;
    }
    for (;;) {
      const x1 = 2 * this.nextDouble() - 1;
      const x2 = 2 * this.nextDouble() - 1;
      const r2 = x1 * x1 + x2 * x2;
      if (r2 >= 1 || r2 === 0) continue;
      const f = Math.sqrt((-2 * Math.log(r2)) / r2);
      this.kept = f * x1;
      return f * x2;
    }
  }

  private refill(): void {
    const s = this.state;
    for (let i = 0; i < N; i++) {
      const y = (s[i]! & 0x80000000) | (s[(i + 1) % N]! & 0x7fffffff);
      s[i] = s[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }
}

/** The first `count` numbers of `numpy.random.RandomState(seed).randn`. */
export function standardNormals(seed: number, count: number): Float64Array {
  const random = new RandomState(seed);
  return Float64Array.from({ length: count }, () => random.nextNormal());
}
