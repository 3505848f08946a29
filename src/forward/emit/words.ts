/** A growing list of u32 words, for tables; floats are stored as their bits. */
export class Words {
  private words: Uint32Array;
  private floats: Float32Array;
  private size = 0;

  constructor(expected = 64) {
    this.words = new Uint32Array(Math.max(4, expected));
    this.floats = new Float32Array(this.words.buffer);
  }

  get length(): number {
    return this.size;
  }

  get data(): Uint32Array {
    return this.words.subarray(0, this.size);
  }

  u32(value: number): void {
    if (this.size === this.words.length) this.grow();
    this.words[this.size++] = value;
  }

  f32(value: number): void {
    if (this.size === this.words.length) this.grow();
    this.floats[this.size++] = value;
  }

  /** Appends many, rounded to 32 bits. */
  f32s(values: ArrayLike<number>): void {
    while (this.size + values.length > this.words.length) this.grow();
    this.floats.set(values, this.size);
    this.size += values.length;
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.words.length);
    larger.set(this.words);
    this.words = larger;
    this.floats = new Float32Array(larger.buffer);
  }
}
