/** --model: the name of a built-in model, or the path of a folder in GPT-2 layout. */
import { basename, join, resolve } from 'node:path';
import type { Engine, ModelInfo, ModelSource } from '../engine/api';
import { diskFolder } from '../load/disk';
import type { ModelFolder } from '../load/folder';
import type { Context, EngineRequest } from './context';
import { fromInput, InputError } from './errors';
import { isFolder } from './files';
import type { Flags, FlagSpec } from './flags';
import { progressLine } from './progress';

/** Flags of every command that opens a model on the engine of choice. */
export const engineFlags: Readonly<Record<string, FlagSpec>> = {
  model: { type: 'string' },
  engine: { type: 'string' },
  kernels: { type: 'string' },
  naive: { type: 'boolean' },
};

interface Model {
  readonly source: ModelSource;
  readonly folder: ModelFolder;
  /** Path on disk. */
  readonly path: string;
}

/** Throws InputError if there is no such model. */
export async function findModel({ root, cwd }: Context, name: string): Promise<Model> {
  const builtin = join(root, 'public', 'models', name);
  if (/^[\w-]+$/.test(name) && (await isFolder(builtin))) {
    return { source: { kind: 'builtin', id: name }, folder: diskFolder(builtin), path: builtin };
  }
  const path = resolve(cwd, name);
  if (!(await isFolder(path))) {
    throw new InputError(
      `--model: there is no such model, got '${name}', expected a built-in name (atlas) or the path of a folder with ` +
        'config.json, model.safetensors and tokenizer.json.',
    );
  }
  return {
    source: { kind: 'files', title: basename(path), files: new Map() },
    folder: diskFolder(path),
    path,
  };
}

export interface OpenModel extends Model {
  readonly engine: Engine;
  readonly info: ModelInfo;
}

/** The engine that `engineFlags` ask for. */
export function engineOf(flags: Flags): Pick<EngineRequest, 'engine' | 'naive'> {
  // There is one kernel set, the pinned one; the flag says so in scripts that rely on it.
  flags.oneOf('kernels', ['pinned']);
  return { engine: flags.oneOf('engine', ['gpu', 'reference']) ?? 'gpu', naive: flags.isOn('naive') };
}

/** Opens `name` on an engine; `wrap` may stand something in for the model's folder. */
export async function openModel(
  context: Context,
  how: Pick<EngineRequest, 'engine' | 'naive'>,
  name: string,
  wrap: (folder: ModelFolder) => ModelFolder = (folder) => folder,
): Promise<OpenModel> {
  const model = await findModel(context, name);
  const folder = wrap(model.folder);
  const engine = await context.openEngine({ ...how, folder: () => folder });
  const progress = progressLine(context);
  try {
    const info = await fromInput(engine.open(model.source, ({ doing }) => progress.show(doing)));
    progress.clear();
    return { ...model, engine, info };
  } catch (error) {
    progress.clear();
    await engine.close();
    throw error;
  }
}
