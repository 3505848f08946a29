/** What an opened model is called. */
import type { ModelSpec } from '../model/spec';
import type { ModelCard } from './card';
import type { ModelFolder } from './folder';
import type { ModelSource } from './source';

export interface Identity {
  readonly id: string;
  readonly title: string;
  /**
   * The hub's commit, or the requested revision if the server does not report one; otherwise
   * 'builtin' or 'local'.
   */
  readonly revision: string;
}

/** What a model says of itself. */
export interface Introduction {
  readonly card: ModelCard | null;
  /** config.json. */
  readonly config: unknown;
  readonly spec: Pick<ModelSpec, 'family' | 'nLayers' | 'dModel'>;
}

export function identity(source: ModelSource, folder: ModelFolder, model: Introduction): Identity {
  const title = model.card?.title;
  switch (source.kind) {
    case 'builtin':
      return { id: source.id, title: title ?? source.id, revision: 'builtin' };
    case 'hub': {
      const { id, file, revision = '' } = source;
      const own = file === undefined ? id : file.replace(/^.*\/|\.gguf$/g, '');
      return {
        id: file === undefined ? id : `${id}/${file}`,
        title: title ?? own,
        revision: folder.revision?.() ?? revision,
      };
    }
    case 'files': {
      // Every checkpoint's weights are called 'model.safetensors'.
      const isWeights = /\.(safetensors|bin)$/.test(source.title);
      const own = isWeights ? introduced(model) : source.title;
      return { id: model.card?.id ?? source.title, title: title ?? own, revision: 'local' };
    }
  }
}

/** A hub's id from config.json, not a path on the author's disk; else architecture and size. */
function introduced({ config, spec }: Introduction): string {
  const name = (config as { _name_or_path?: unknown })._name_or_path;
  if (typeof name === 'string' && /^[\w.-]{1,60}(\/[\w.-]{1,60})?$/.test(name) && /\w/.test(name))
    return name;
  return `${spec.family}, ${spec.nLayers} ${spec.nLayers === 1 ? 'layer' : 'layers'}, ${spec.dModel} wide`;
}
