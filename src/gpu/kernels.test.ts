/** Compares every WGSL file with its record, so that they cannot drift apart. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KERNEL_NAMES, kernelRecord } from './kernels';
import { fold } from './kernels/define';

const shaders = new URL('../../shaders/', import.meta.url);

function readShader(file: string): string {
  return readFileSync(new URL(`${file}.wgsl`, shaders), 'utf8');
}

/** Names of a folder's WGSL files, without extension. */
function wgslFiles(folder: string): string[] {
  const files = readdirSync(new URL(folder, shaders)).filter((file) => file.endsWith('.wgsl'));
  return files.map((file) => file.replace(/\.wgsl$/, ''));
}

function withoutComments(source: string): string {
  return source.replace(/\/\/.*$/gm, '');
}

function structFields(source: string): string[][] {
  const body = /struct Params \{([^}]*)\}/.exec(source)?.[1] ?? '';
  return [...body.matchAll(/(\w+)\s*:\s*(\w+)/g)].map((match) => match.slice(1));
}

interface Declared {
  group: number;
  binding: number;
  space: string;
  name: string;
  type: string;
}

function bindings(source: string): Declared[] {
  const pattern = /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<([^>]+)>\s*(\w+)\s*:\s*([^;]+);/g;
  return [...source.matchAll(pattern)].map(([, group, binding, space = '', name = '', type = '']) => {
    return { group: Number(group), binding: Number(binding), space: space.replace(/\s/g, ''), name, type };
  });
}

describe('kernel records', () => {
  it('cover the shader files, one to one, or two to one where the file reads weights', () => {
    const files = wgslFiles('').flatMap((file) => {
      return /\bunpack4?\(/.test(readShader(file)) ? [file, `${file}_f16`] : [file];
    });
    expect([...KERNEL_NAMES].sort()).toEqual(files.sort());
  });

  it('use every shared file', () => {
    const used = KERNEL_NAMES.flatMap((name) => (kernelRecord(name).preludes ?? []).map(({ file }) => file));
    expect([...new Set(used)].sort()).toEqual(
      wgslFiles('lib')
        .map((file) => `lib/${file}`)
        .sort(),
    );
  });

  describe.each(KERNEL_NAMES)('%s', (name) => {
    const record = kernelRecord(name);
    const source = withoutComments(record.source);
    const preludes = record.preludes ?? [];

    it('is named as its file', () => {
      expect(record.name).toBe(name);
      const file = record.file ?? name;
      expect([file, `${file}_f16`]).toContain(name);
      expect(record.source).toBe(readShader(file));
    });

    it('has the preludes that its header names, each with a header of its own and without bindings', () => {
      const header = record.source.slice(0, record.source.indexOf('struct'));
      const named = [...new Set(header.match(/(?<=Before it:[^:]*)lib\/\w+/g) ?? [])];
      // Only one of the two weight formats.
      const other = name.endsWith('_f16') ? 'lib/weights_f32' : 'lib/weights_f16';
      expect(preludes.map(({ file }) => file)).toEqual(named.filter((file) => file !== other));
      for (const prelude of preludes) {
        expect(prelude.source).toBe(readShader(prelude.file));
        expect(prelude.source.slice(0, prelude.source.search(/^(fn|const|alias)/m))).toMatch(/^\/\/ .+/);
        expect(bindings(withoutComments(prelude.source))).toEqual([]);
        expect(withoutComments(prelude.source)).not.toMatch(/struct|@compute|var<workgroup>/);
      }
    });

    it('has the params of the shader, in order', () => {
      expect(structFields(source)).toEqual(record.params.map((param) => [...param]));
    });

    it('has the bindings of the shader, in order, the uniform last', () => {
      const storage = record.storage.map((binding, index) => ({
        group: 0,
        binding: index,
        space: `storage,${binding.access}`,
        name: binding.name,
      }));
      const uniform = { group: 0, binding: storage.length, space: 'uniform', name: 'params' };
      const declared = bindings(source);
      expect(declared.map(({ type, ...rest }) => rest)).toEqual([...storage, uniform]);
      expect(declared.at(-1)?.type).toBe('Params');
    });

    it('stays within the limits that every adapter has', () => {
      expect(record.storage.length).toBeLessThanOrEqual(8);
      expect(4 * record.params.length).toBeLessThanOrEqual(256);
      const size = /@workgroup_size\(([^)]*)\)/.exec(source)?.[1]?.split(',').map(Number) ?? [];
      expect(size.reduce((a, b) => a * b, 1)).toBe(64);
    });

    it('starts with a header that names its bindings, workgroups and numerics', () => {
      const header = record.source.slice(0, record.source.indexOf('struct'));
      for (const word of ['Bindings:', 'Workgroups:', 'Numerics:']) expect(header).toContain(word);
    });

    it('computes absolute rows and takes them from row0 and rows', () => {
      expect(record.params.slice(0, 2).map(([field]) => field)).toEqual(['row0', 'rows']);
      expect(source).toContain('params.row0');
      expect(source).toContain('params.rows');
    });
  });
});

describe('fold', () => {
  it.each([1, 2, 65535, 65536, 65537, 131071, 1_000_003])('covers %i workgroups', (count) => {
    const [x, y, z] = fold(count);
    expect(x * y * z).toBeGreaterThanOrEqual(count);
    expect(x * y * z - count).toBeLessThan(y);
    expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
  });
});
