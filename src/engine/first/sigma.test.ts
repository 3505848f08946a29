import { describe, expect, it } from 'vitest';
import golden from '../../../reference/goldens/sigma.json';
import families from '../../../reference/tokenizer/families.json';
import { diskFolder } from '../../load/disk';
import { openCheckpoint } from '../../load/open';
import { loadTokenizer } from '../../load/tokenizer';
import { type Tokenizer, TokenizerStopped } from '../../load/tokenizer/connection';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import type { WeightSlot } from '../../model/spec';
import { measureSigma } from './sigma';

const reading = (encode: (text: string) => { id: number }[]) =>
  ({ encode: async (text: string) => encode(text) }) as unknown as Tokenizer;
const WORDS = reading((text) => [...text].map((c) => ({ id: c.charCodeAt(0) - 32 })));

/** The embedding as defined in `reference/goldens/sigma.py`. */
const entry = (token: number, d: number) => Math.sin(12.9898 * token + 78.233 * d) * (1 + (token % 7));

/** Rows in file order, in tiles of `tile` rows. */
async function feed(
  meter: Awaited<ReturnType<typeof measureSigma>>,
  rows: number,
  width: number,
  of: typeof entry,
  tile = 50,
) {
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
      const meter = await measureSigma({ nEmbeddings, embedScale: scale! }, reading(tokenizer.encode));
      await feed(meter, nEmbeddings, width!, entry);
      const measured = meter.result()!;
      // Measured: at most 2e-16.
      expect(Math.abs(measured.value / sigma - 1)).toBeLessThan(1e-12);
      expect(measured.measuredOn.names).toBe(names);
      expect(measured.rule).toContain(`${names} names`);
    },
  );

  it("is PyTorch's std for a real model's file, read in passing", async () => {
    const folder = diskFolder('public/models/atlas');
    const { spec, tokenizer, weights } = await openCheckpoint(
      { kind: 'builtin', id: 'atlas' },
      { folder, startThread: inThisThread },
    );
    const also = await measureSigma(spec, tokenizer);
    await weights.stream({ write: async () => undefined }, { also });
    const { sigma, names } = golden.find(({ model }) => model === 'atlas')!;
    expect(Math.abs(also.result()!.value / sigma - 1)).toBeLessThan(1e-12);
    expect(also.result()!.measuredOn).toEqual({ names, list: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  it('leaves out names with tokens that have no embedding, and says how many are left', async () => {
    // Rows up to 'l': names with a later letter drop out.
    const meter = await measureSigma({ nEmbeddings: 'l'.charCodeAt(0) - 31, embedScale: 1 }, WORDS);
    await feed(meter, 77, 3, entry);
    const { measuredOn, value } = meter.result()!;
    // From the list: Michael, Adele and the like.
    expect(measuredOn.names).toBeGreaterThan(0);
    expect(measuredOn.names).toBeLessThan(200);
    expect(value).toBeGreaterThan(0);
  });

  it('is over all tokens where no name can be read, and nothing where nothing varies', async () => {
    const digits = reading(() => [{ id: 99 }]);
    const meter = await measureSigma({ nEmbeddings: 2, embedScale: 2 }, digits);
    await feed(meter, 2, 2, (token, d) => 2 * token + d);
    // 0, 1, 2, 3 have a variance of 5/3.
    expect(meter.result()!.value).toBeCloseTo(2 * Math.sqrt(5 / 3), 12);
    expect(meter.result()!.measuredOn.names).toBe(0);
    const refusing = reading(() => {
      throw new Error('cannot be spelt');
    });
    for (const value of [0, 0.25, Number.NaN]) {
      const constant = await measureSigma({ nEmbeddings: 3, embedScale: 1 }, refusing);
      await feed(constant, 3, 4, () => value);
      expect(constant.result()).toBeNull();
    }
  });

  it('is not measured with a tokenizer that stopped', async () => {
    const hung = reading(() => {
      throw new TokenizerStopped('tokenizer: "Ann" took more than 2 s');
    });
    await expect(measureSigma({ nEmbeddings: 3, embedScale: 1 }, hung)).rejects.toThrow(
      /^tokenizer: "Ann" took more than 2 s\. This model's tokenizer cannot be used: open another model\.$/,
    );
  });
});
