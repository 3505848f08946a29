/** Golden activations on disk: `reference/goldens/README.md` describes the files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostTensor, openSafetensors } from '../load/safetensors';
import { isFile } from './files';

export interface GoldenCase {
  readonly name: string;
  readonly tokens: readonly number[];
  /** Sites in the file, in its order. */
  readonly sites: readonly string[];
  read(site: string): Promise<HostTensor>;
}

/** The cases of the first `golden.safetensors` in `folders`; null if none has one. */
export async function readGoldens(folders: readonly string[]): Promise<GoldenCase[] | null> {
  for (const folder of folders) {
    const path = join(folder, 'golden.safetensors');
    if (!(await isFile(path))) continue;
    const bytes = await readFile(path);
    return casesOf(await openSafetensors(new Blob([bytes]), path));
  }
  return null;
}

async function casesOf(file: Awaited<ReturnType<typeof openSafetensors>>): Promise<GoldenCase[]> {
  const split = [...file.tensors.keys()].map((name) => {
    const slash = name.indexOf('/');
    return { case: name.slice(0, slash), site: name.slice(slash + 1) };
  });
  const names = [...new Set(split.map((entry) => entry.case))];
  return Promise.all(
    names.map(async (name) => ({
      name,
      tokens: Array.from((await file.tensor(`${name}/tokens`)).data),
      sites: split
        .filter((entry) => entry.case === name && entry.site !== 'tokens')
        .map((entry) => entry.site),
      read: (site) => file.tensor(`${name}/${site}`),
    })),
  );
}
