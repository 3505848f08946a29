/**
 * Compares every family with transformers' counts, names and shapes (reference/families/make.py).
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import published from '../../../reference/families/published.json';
import type { WeightSlot } from '../spec';
import { families, familyOf } from './index';
import { slotsOf, unembeddingNames } from './slots';

interface Published {
  readonly config: Readonly<Record<string, unknown>>;
  readonly saved: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly poolerParameters: number;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

const models = Object.entries(published.models as unknown as Record<string, Published>);
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** The first number in a name is the block's index. */
const isOfFirstBlocks = (name: string) => !/^\D*\.[1-9]\d*\./.test(name);

/**
 * The tensors that the slots read, under the first name that the checkpoint has. Throws if it has
 * none.
 */
function readBy<T>(
  slots: readonly WeightSlot[],
  has: (name: string) => boolean,
  of: (shape: readonly number[]) => T,
): Map<string, T> {
  return new Map(
    slots.flatMap((slot) =>
      slot.parts.map((part) => {
        const source = part.sources.find(has);
        if (source === undefined) throw new Error(`${slot.name}: none of ${part.sources.join(', ')}`);
        return [source, of(part.shape)] as const;
      }),
    ),
  );
}

/** Every tensor is read in its shape, duplicates one that is, or is known to be unused. */
function expectAllKnown(config: unknown, tensors: Readonly<Record<string, readonly number[]>>): void {
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const slots = slotsOf(spec, family.modules).filter((slot) => isOfFirstBlocks(`${slot.name}.`));
  const read = readBy(
    slots,
    (name) => Object.hasOwn(tensors, name),
    (shape) => shape,
  );
  for (const [name, shape] of read) expect(tensors[name], name).toEqual(shape);
  const repeated = [
    ...(spec.tied ? unembeddingNames(spec, family.modules) : []),
    ...(spec.bias.unembed ? unembeddingNames(spec, family.modules, 'bias') : []),
  ];
  const unknown = Object.keys(tensors).filter(
    (name) => !read.has(name) && !repeated.includes(name) && !family.ignored.test(name),
  );
  expect(unknown).toEqual([]);
}

describe('published configs', () => {
  it('cover every family but our own, of which nothing is published', () => {
    const types = new Set(models.map(([, { config }]) => config.model_type));
    expect(types).toEqual(new Set(Object.keys(families).filter((name) => !name.startsWith('loci-'))));
  });

  it.each(models)('%s has the parameters that transformers counts', (_, { config, parameters, ...rest }) => {
    const family = familyOf(config);
    const spec = family.parseConfig(config);
    const slots = slotsOf(spec, family.modules);
    // The list covers only the tensors of block 0.
    const has = (name: string) => Object.hasOwn(rest.tensors, name.replace(/\.[1-9]\d*\./, '.0.'));
    const tensors = readBy(slots, has, product);
    const count = [...tensors.values()].reduce((sum, size) => sum + size, 0);
    // A classes head reads the pooler.
    expect(count).toBe(parameters - (spec.head === 'classes' ? 0 : rest.poolerParameters));
    for (const slot of slots) {
      expect(product(slot.shape), slot.name).toBe(
        slot.parts.reduce((sum, { taken, shape }) => {
          const rows = taken ? taken[1] - taken[0] : shape[0]!;
          return sum + (product(shape) / shape[0]!) * rows;
        }, 0),
      );
    }
    expect(new Set(slots.map((slot) => slot.name)).size).toBe(slots.length);
  });

  it.each(models)('%s: every tensor of transformers is known, in its shape', (_, { config, tensors }) => {
    expectAllKnown(config, tensors);
  });

  it.each(models)('%s reads the same from the form that transformers 5 saves', (_, { config, saved }) => {
    expect(familyOf(saved).parseConfig(saved)).toEqual(familyOf(config).parseConfig(config));
  });
});

describe('tiny checkpoints', () => {
  const goldens = join(import.meta.dirname, '../../../reference/goldens');
  const folders = readdirSync(goldens).filter((name) => existsSync(join(goldens, name, 'model.safetensors')));

  it.each(folders)('%s: every tensor is known, in its shape', (name) => {
    const config: unknown = JSON.parse(readFileSync(join(goldens, name, 'config.json'), 'utf8'));
    const all = Object.entries(safetensorsHeader(join(goldens, name, 'model.safetensors')));
    const tensors = all.filter(([tensor]) => tensor !== '__metadata__' && isOfFirstBlocks(`${tensor}.`));
    expect(tensors.length).toBeGreaterThan(5);
    expectAllKnown(config, Object.fromEntries(tensors.map(([tensor, { shape }]) => [tensor, shape])));
  });
});

/** Names and shapes: JSON that follows its length in the first eight bytes. */
function safetensorsHeader(path: string): Record<string, { shape: readonly number[] }> {
  const file = openSync(path, 'r');
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const header = Buffer.alloc(Number(length.readBigUInt64LE()));
    readSync(file, header, 0, header.length, 8);
    return JSON.parse(header.toString('utf8'));
  } finally {
    closeSync(file);
  }
}
