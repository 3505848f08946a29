import { describe, expect, it } from 'vitest';
import golden from '../../../reference/goldens/sigma.json';
import families from '../../../reference/tokenizer/families.json';
import { diskFolder } from '../../load/disk';
import { openCheckpoint } from '../../load/open';
import { loadTokenizer, type Tokenizer } from '../../load/tokenizer';
import type { WeightSlot } from '../../model/spec';
import { SigmaMeter } from './sigma';

const WORDS = { encode: (text: string) => [...text].map((c) => ({ id: c.charCodeAt(0) - 32 })) } as Tokenizer;

/** The embedding as `reference/goldens/sigma.py` makes it up. */
const entry = (token: number, d: number) => Math.sin(12.9898 * token + 78.233 * d) * (1 + (token % 7));

/** Rows as a file has them, in tiles of `tile` rows. */
async function feed(meter: SigmaMeter, rows: number, width: number, of: typeof entry, tile = 50) {
  const slot = { name: 'embed.W_E', shape: [rows, width] } as unknown as WeightSlot;
  for (let first = 0; first < rows; first += tile) {
    const n = Math.min(tile, rows - first);
    const values = Float32Array.from({ length: n * width }, (_, i) =>
      of(first + Math.floor(i / width), i % width),
    );
    await meter.write(slot, first, n, 'F32', new Uint8Array(values.buffer));
  }
}

describe('sigma at opening', () => {
  it.each(golden.filter(({ width }) => width !== undefined))(
    "is PyTorch's std for the tokenizer $model",
    async ({ model, width, scale, sigma, names }) => {
      const file = families.families.find(({ name }) => name === model)!.tokenizer;
      const tokenizer = loadTokenizer(file, undefined);
      const nEmbeddings = tokenizer.vocabSize;
      const meter = new SigmaMeter({ nEmbeddings, embedScale: scale! }, tokenizer);
      await feed(meter, nEmbeddings, width!, entry);
      const measured = meter.result()!;
      // Measured: 2e-16 at most.
      expect(Math.abs(measured.value / sigma - 1)).toBeLessThan(1e-12);
      expect(measured.measuredOn.names).toBe(names);
      expect(measured.rule).toContain(`${names} names`);
    },
  );

  it("is PyTorch's std for a real model's file, read in passing", async () => {
    const folder = diskFolder('public/models/atlas');
    const { spec, tokenizer, weights } = await openCheckpoint({ kind: 'builtin', id: 'atlas' }, { folder });
    const also = new SigmaMeter(spec, tokenizer);
    await weights.stream({ write: async () => undefined }, { also });
    const { sigma, names } = golden.find(({ model }) => model === 'atlas')!;
    expect(Math.abs(also.result()!.value / sigma - 1)).toBeLessThan(1e-12);
    expect(also.result()!.measuredOn).toEqual({ names, list: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  it('leaves out names with tokens that have no embedding, and says how many are left', async () => {
    // Rows up to 'l': every name with a later letter falls out.
    const meter = new SigmaMeter({ nEmbeddings: 'l'.charCodeAt(0) - 31, embedScale: 1 }, WORDS);
    await feed(meter, 77, 3, entry);
    const { measuredOn, value } = meter.result()!;
    // Of the list: Michael, Adele and the like.
    expect(measuredOn.names).toBeGreaterThan(0);
    expect(measuredOn.names).toBeLessThan(200);
    expect(value).toBeGreaterThan(0);
  });

  it('is over all tokens where no name can be read, and nothing where nothing varies', async () => {
    const digits = { encode: () => [{ id: 99 }] } as unknown as Tokenizer;
    const meter = new SigmaMeter({ nEmbeddings: 2, embedScale: 2 }, digits);
    await feed(meter, 2, 2, (token, d) => 2 * token + d);
    // 0, 1, 2, 3 have a variance of 5/3.
    expect(meter.result()!.value).toBeCloseTo(2 * Math.sqrt(5 / 3), 12);
    expect(meter.result()!.measuredOn.names).toBe(0);
    const refusing = {
      encode: () => {
        throw new Error('cannot be spelt');
      },
    } as unknown as Tokenizer;
    for (const value of [0, 0.25, Number.NaN]) {
      const constant = new SigmaMeter({ nEmbeddings: 3, embedScale: 1 }, refusing);
      await feed(constant, 3, 4, () => value);
      expect(constant.result()).toBeNull();
    }
  });
});
