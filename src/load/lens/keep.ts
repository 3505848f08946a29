/**
 * Lenses that were fitted or opened on this device, beside the copies of models: one file each, named
 * by the hashes of the model's weights and of the lens's numbers.
 */
import type { JacobianLens, LensInfo } from '../../model/lens';
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import type { ByteSource } from '../bytes';
import { type FileStore, rewrite } from '../store';
import { openLens } from '.';
import { safetensorsLens } from './safetensors';
import { writeLens } from './write';

export class KeptLenses {
  constructor(
    private readonly store: FileStore,
    /** Hash of the model's weights. */
    private readonly model: string,
  ) {}

  /** Without their numbers; an unreadable file is left out. */
  async list(): Promise<LensInfo[]> {
    const names = (await this.store.names()).filter((name) => name.startsWith(`${this.model}.`));
    const lenses = names.flatMap((name) => {
      const [, sha256] = /\.([0-9a-f]{64})\.lens$/.exec(name) ?? [];
      return sha256 === undefined ? [] : [this.info(sha256).catch(() => null)];
    });
    return (await Promise.all(lenses)).filter((lens) => lens !== null);
  }

  /** Rejects with an Error if there is none, or if its file has changed. */
  async read(sha256: string, spec: ModelSpec): Promise<JacobianLens> {
    const { lens, corpus } = await openLens(await this.source(sha256), spec);
    if (lens.sha256 === sha256) return { ...lens, title: corpus ?? lens.title };
    throw new Error(
      `kept lens: has changed, got numbers with hash ${lens.sha256.slice(0, 8)}, expected ${sha256.slice(0, 8)}. Fit or open it again.`,
    );
  }

  async keep(lens: JacobianLens): Promise<void> {
    const writer = await this.store.writer(this.nameOf(lens.sha256));
    await rewrite(writer, writeLens(lens, 'safetensors', 'f32'));
  }

  async remove(sha256: string): Promise<void> {
    await this.store.remove(this.nameOf(sha256));
  }

  private async info(sha256: string): Promise<LensInfo> {
    const source = await this.source(sha256);
    const { dModel, matrices, prompts, skipFirst, corpus } = await safetensorsLens(source, source.name);
    return { sha256, title: corpus ?? source.name, dModel, layers: [...matrices.keys()], prompts, skipFirst };
  }

  private async source(sha256: string): Promise<ByteSource> {
    const { store } = this;
    const name = this.nameOf(sha256);
    const size = await store.size(name);
    if (size === null) throw unknown(sha256);
    return {
      name: 'kept lens',
      size,
      read: (begin, end) => store.read(name, begin, end),
      async *stream(begin) {
        yield await store.read(name, begin, size);
      },
    };
  }

  private nameOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw unknown(sha256);
    return `${this.model}.${sha256}.lens`;
  }
}

const unknown = (sha256: string) =>
  new Error(
    `kept lens: there is none of this model, got ${quoted(sha256)}, expected the hash of one that was kept here.`,
  );
