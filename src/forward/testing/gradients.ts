/** PyTorch's gradients of the golden checkpoints (`reference/goldens/gradients.py`). */
import { openSafetensors } from '../../load/safetensors';
import { maxOf } from '../../util/lists';
import type { Tensor } from '../request/contract';
import type { Run } from '../request/types';
import type { Seed } from '../request/seeds';
import type { ReadFile } from '../testing';

/** What is kept of the gradient at one site. */
interface Summary {
  /** The largest magnitude. */
  readonly largest: number;
  readonly norm: number;
  /** The sum with weights that differ from entry to entry. */
  readonly mixed: number;
  /** Entries (i * 7919) % length, for i from 0. */
  readonly entries: Float32Array;
}

export interface GradientCase {
  /** e.g. 'edited/prob'. */
  readonly name: string;
  /** The last one asks for the gradients of every site in `sites`. */
  readonly runs: readonly Run[];
  readonly sites: ReadonlyMap<string, Summary>;
}

interface GradientFile {
  readonly entries: number;
  readonly sites: readonly string[];
  readonly sets: readonly { name: string; runs: Run[]; seed: Seed; omitted: string[] }[];
}

/** Cases by name; `sizeOf`: the number of values at a site with `T` tokens. */
export async function loadGradients(
  name: string,
  read: ReadFile,
  sizeOf: (site: string, T: number) => number,
): Promise<GradientCase[]> {
  const folder = `reference/goldens/${name}`;
  const text = new TextDecoder().decode(await read(`${folder}/gradients.json`));
  const { entries, sites, sets } = JSON.parse(text) as GradientFile;
  const file = await openSafetensors(await read(`${folder}/gradients.safetensors`), 'gradients.safetensors');
  return Promise.all(
    sets.map(async ({ name: set, runs, seed, omitted }): Promise<GradientCase> => {
      const numbers = Float32Array.from((await file.tensor(set)).data);
      const found = new Map<string, Summary>();
      let at = 0;
      const shown = sites.filter((site) => !omitted.includes(site));
      for (const site of shown) {
        const end = at + 3 + Math.min(entries, sizeOf(site, runs.at(-1)!.tokens!.length));
        const [largest, norm, mixed] = numbers.subarray(at, at + 3) as unknown as [number, number, number];
        found.set(site, { largest, norm, mixed, entries: numbers.subarray(at + 3, end) });
        at = end;
      }
      if (at !== numbers.length)
        throw new Error(`${name}: ${set}: got ${numbers.length} numbers, expected ${at}.`);
      const gradients = { seed, of: shown.map((site) => ({ site })) };
      return { name: set, runs: [...runs.slice(0, -1), { ...runs.at(-1)!, gradients }], sites: found };
    }),
  );
}

/**
 * Largest difference from a summary, over the tensor's largest value (at least `least`), and our
 * largest value where PyTorch has 0.
 */
export function gradientError({ data }: Tensor, golden: Summary, least: number) {
  const n = data.length;
  const entries = [...golden.entries].map((want, i) => ({ want, got: data[(i * 7919) % n]! }));
  const mixed = data.reduce((sum, x, i) => sum + x * (((i * 7919) % 1009) / 1009 - 0.5), 0);
  const norm = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
  const errors = [
    ...entries.map(({ want, got }) => Math.abs(got - want)),
    Math.abs(maxOf(data.map(Math.abs)) - golden.largest),
    Math.abs(norm - golden.norm) / Math.sqrt(n),
    Math.abs(mixed - golden.mixed) / Math.sqrt(n),
  ];
  return {
    relative: maxOf(errors) / Math.max(golden.largest, least),
    atZero: maxOf(
      entries.map(({ want, got }) => (want === 0 ? Math.abs(got) : 0)),
      0,
    ),
  };
}
