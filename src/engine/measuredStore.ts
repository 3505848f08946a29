/**
 * Stores measured cases of unfinished studies: one file per study and stage, which grows by a line
 * per chunk of cases. Each line has a checksum, so lines cut off by a crash or written by two pages
 * at once are detected and ignored. The total size is bounded; the oldest studies are removed
 * first. What cannot be stored (a full disk, another page working on the same study) is measured
 * again next time.
 */
import { z } from 'zod';
import type { FileStore } from '../load/store';
import { sha256OfText } from '../util/sha256';
import type { MeasuredStore } from './running';
import { addSpent, type Kept, NOTHING_SPENT } from './spent';

/** The first line of a file: format, version, start of the study. */
const HEADER = /^loci-study 1 (\d+)\n/;
const HEADER_BYTES = 64;

/** Bytes of all files together. */
const MOST_BYTES = 64 * 2 ** 20;

const count = z.number().nonnegative();
const line = z.object({
  cases: z.array(z.tuple([z.number().int().nonnegative(), z.unknown()])),
  spent: z.object({
    seconds: count,
    counters: z.object({
      dispatches: count,
      submits: count,
      readbacks: count,
      flops: count,
      naiveFlops: count,
    }),
    unchanged: z.object({ runs: count, of: count, examples: z.array(z.string()) }),
  }),
});

export function measuredStore(files: FileStore, mostBytes = MOST_BYTES): MeasuredStore {
  /** By key: the end of a file's valid lines, and its length when last seen. */
  const seen = new Map<string, { readonly end: number; readonly size: number }>();

  /** Reads the valid lines of a file and notes their end. */
  async function read(key: string): Promise<Kept> {
    let kept: Kept = { cases: new Map(), spent: NOTHING_SPENT };
    let end = 0;
    const size = (await files.size(nameOf(key))) ?? 0;
    if (size > 0) {
      const bytes = await files.read(nameOf(key), 0, size);
      for (let from = 0; ; from = end) {
        const at = bytes.indexOf(10, from);
        if (at < 0) break;
        const text = new TextDecoder().decode(bytes.subarray(from, at + 1));
        if (from === 0) {
          if (!HEADER.test(text)) break;
        } else {
          const more = parseLine(text);
          if (!more) break;
          kept = { cases: new Map([...kept.cases, ...more.cases]), spent: addSpent(kept.spent, more.spent) };
        }
        end = at + 1;
      }
    }
    seen.set(key, { end, size });
    return kept;
  }

  async function append(key: string, more: Kept): Promise<void> {
    const { end, size } = seen.get(key)!;
    // Another writer changed it: only one of the two continues to store.
    if (((await files.size(nameOf(key))) ?? 0) !== size) {
      seen.delete(key);
      return;
    }
    const head = end === 0 ? `loci-study 1 ${Date.now()}\n` : '';
    const bytes = new TextEncoder().encode(head + lineOf(more));
    if (!(await makeRoom(key, end + bytes.length))) return;
    const writer = await files.writer(nameOf(key));
    try {
      await writer.truncate(end);
      await writer.write(end, bytes);
    } finally {
      await writer.close();
    }
    seen.set(key, { end: end + bytes.length, size: end + bytes.length });
  }

  /** Removes other studies, oldest first, until `bytes` fit; returns whether they do. */
  async function makeRoom(key: string, bytes: number): Promise<boolean> {
    const names = (await files.names()).filter((name) => name.endsWith('.study') && name !== nameOf(key));
    const others = await Promise.all(
      names.map(async (name) => ({ name, size: (await files.size(name)) ?? 0, begun: await begunAt(name) })),
    );
    others.sort((a, b) => a.begun - b.begun);
    let total = others.reduce((sum, { size }) => sum + size, bytes);
    for (const { name, size } of others) {
      if (total <= mostBytes) break;
      await files.remove(name);
      total -= size;
    }
    return total <= mostBytes;
  }

  async function begunAt(name: string): Promise<number> {
    const size = (await files.size(name)) ?? 0;
    const head = await files.read(name, 0, Math.min(size, HEADER_BYTES));
    return Number(HEADER.exec(new TextDecoder().decode(head))?.[1] ?? 0);
  }

  return {
    load: (key) => read(key).catch(() => ({ cases: new Map(), spent: NOTHING_SPENT })),
    async save(key, more) {
      // It could not be read or written, so it is left alone.
      if (!seen.has(key)) return;
      await append(key, more).catch(() => seen.delete(key));
    },
    async remove(key) {
      seen.delete(key);
      await files.remove(nameOf(key)).catch(() => undefined);
    },
  };
}

const nameOf = (key: string): string => `${key}.study`;

const checksum = (json: string): string => sha256OfText(json).slice(0, 8);

function lineOf({ cases, spent }: Kept): string {
  const json = JSON.stringify({ cases: [...cases], spent });
  return `${checksum(json)} ${json}\n`;
}

function parseLine(text: string): Kept | null {
  const json = text.slice(9, -1);
  if (text.slice(0, 9) !== `${checksum(json)} `) return null;
  const parsed = line.safeParse(JSON.parse(json));
  return parsed.success ? { cases: new Map(parsed.data.cases), spent: parsed.data.spent } : null;
}
