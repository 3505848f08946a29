/** --model: a built-in name, a folder, a .gguf file, or a model of the hub. */
import { basename, join, resolve } from 'node:path';
import type { Engine, ModelInfo, ModelSource, WeightFormat } from '../engine/api';
import { BUILTIN_MODELS } from '../load/builtin';
import { diskFolder } from '../load/disk';
import { DEFAULT_HUB, hubAddress, isPrivate } from '../load/fetching';
import type { ModelFolder } from '../load/folder';
import type { Context, EngineRequest } from './context';
import { fromInput, InputError } from './errors';
import { isFile, isFolder, readShippedSet } from './files';
import { type Flags, type FlagSpec, texts } from './flags';
import { progressLine } from './progress';
import { quoted } from '../util/parse';

/** For messages. */
export const BUILTIN_NAMES = BUILTIN_MODELS.map(({ id }) => id).join(', ');

/** Flags of every command that opens a model on a choice of engines. */
export const engineFlags: Readonly<Record<string, FlagSpec>> = {
  ...texts('model', 'hub', 'token-for', 'weights', 'engine', 'kernels'),
  naive: { type: 'boolean' },
};

/** How a command opens its model, according to `engineFlags`. */
export interface OpenHow extends Pick<EngineRequest, 'engine' | 'naive' | 'resume'> {
  readonly hub: HubFlags;
  readonly weights: WeightFormat;
}

export interface HubFlags {
  /** Address of the hub or mirror; absent: the Hugging Face hub. */
  readonly address: string | undefined;
  /** The host for which HF_TOKEN is valid; absent: the Hugging Face hub. */
  readonly tokenFor: string | undefined;
}

/** --hub and --token-for. */
export const hubFlags = (flags: Flags): HubFlags => ({
  address: flags.text('hub'),
  tokenFor: flags.text('token-for'),
});

interface Model {
  readonly source: ModelSource;
  /** Location of its files; null for a model on the hub. */
  readonly folder: ModelFolder | null;
  /** Folder on disk, or the hub's id. */
  readonly path: string;
}

/** Throws InputError if there is no such model. */
export async function findModel(context: Context, name: string, hub: HubFlags): Promise<Model> {
  const { root, cwd } = context;
  const builtin = join(root, 'public', 'models', name);
  if (/^[\w-]+$/.test(name) && (await isFolder(builtin))) {
    return { source: { kind: 'builtin', id: name }, folder: diskFolder(builtin), path: builtin };
  }
  const [, id, file, revision] = /^hub:([^@]+?)(?:\/([^@/]+\.gguf))?(?:@(.+))?$/.exec(name) ?? [];
  if (id !== undefined) {
    const token = await fromInput(() => tokenOf(context, hub));
    const source: ModelSource = {
      kind: 'hub',
      id,
      ...(revision ? { revision } : {}),
      ...(file ? { file } : {}),
      ...(hub.address ? { base: hub.address } : {}),
      ...(token ? { token } : {}),
    };
    return { source, folder: null, path: id };
  }
  const path = resolve(cwd, name);
  if (!(path.endsWith('.gguf') ? await isFile(path) : await isFolder(path))) {
    throw new InputError(
      `--model: there is no such model, got ${quoted(name)}, expected a built-in name (${BUILTIN_NAMES}), the path of a folder with ` +
        'config.json, tokenizer.json and safetensors files, a .gguf file, or hub:ID[@revision].',
    );
  }
  const source: ModelSource = { kind: 'files', title: basename(path), files: new Map() };
  return { source, folder: diskFolder(path), path };
}

/** HF_TOKEN, if it is for this hub. Throws an Error if it is for another host. */
function tokenOf({ env, note }: Context, { address = DEFAULT_HUB, tokenFor }: HubFlags): string | undefined {
  const hub = hubAddress(address);
  const { host, origin } = hub;
  const token = env.HF_TOKEN?.trim();
  if (tokenFor !== undefined && tokenFor.toLowerCase() !== host) {
    throw new InputError(`--token-for: not the host of the hub, got '${tokenFor}', expected ${host}.`);
  }
  if (tokenFor !== undefined && !token) {
    throw new InputError('--token-for: there is no token, got no HF_TOKEN in the environment, expected one.');
  }
  if (!token || tokenFor !== undefined || origin === DEFAULT_HUB) return token || undefined;
  const remedy = isPrivate(hub) ? ` --token-for ${host} sends it there.` : '';
  note(`note: HF_TOKEN is not sent to ${host}.${remedy}`);
  return undefined;
}

export interface OpenModel extends Model {
  readonly engine: Engine;
  readonly info: ModelInfo;
}

export function engineOf(flags: Flags): OpenHow {
  // There is one kernel set, the pinned one; scripts that rely on it say so with this flag.
  flags.oneOf('kernels', ['pinned']);
  return {
    engine: flags.oneOf('engine', ['gpu', 'reference']) ?? 'gpu',
    naive: flags.isOn('naive'),
    resume: flags.isOn('resume'),
    hub: hubFlags(flags),
    weights: flags.oneOf('weights', ['f32', 'f16']) ?? 'f32',
  };
}

/** Opens `name` on an engine; `wrap` may replace the model's folder. */
export async function openModel(
  context: Context,
  { hub, weights, ...how }: OpenHow,
  name: string,
  wrap: (folder: ModelFolder) => ModelFolder = (folder) => folder,
): Promise<OpenModel> {
  const model = await findModel(context, name, hub);
  const folder = model.folder && wrap(model.folder);
  const readSet = (set: string) => readShippedSet(context.root, set);
  const engine = await context.openEngine({ ...how, folder: () => folder, readSet });
  const progress = progressLine(context);
  try {
    const show = ({ doing }: { readonly doing: string }) => progress.show(doing);
    const info = await fromInput(engine.open(model.source, show, { weights }));
    progress.clear();
    for (const note of info.notes) context.note(`note: ${note}`);
    return { ...model, engine, info };
  } catch (error) {
    progress.clear();
    await engine.close();
    throw error;
  }
}
