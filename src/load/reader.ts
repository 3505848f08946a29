/** Reads a model's folder, reports every file, and remembers large ones in case of damage. */
import { named, parseJson } from '../util/parse';
import type { ByteSource } from './bytes';
import { type ModelFolder, refuseLarge } from './folder';

export interface ReaderOptions {
  /** Called with the name of what is being read. */
  readonly onProgress?: (doing: string) => void;
  readonly signal?: AbortSignal;
}

export class Reader {
  /** Large files opened so far. */
  readonly opened: ByteSource[] = [];

  constructor(
    readonly folder: ModelFolder,
    private readonly options: ReaderOptions,
  ) {}

  /** A small file; undefined if it does not exist. */
  async blob(name: string): Promise<Blob | undefined> {
    this.announce(name);
    const blob = (await this.folder.readFile(name, this.options.signal)) ?? undefined;
    if (blob) refuseLarge(name, blob.size);
    return blob;
  }

  /** A small file's text. */
  async text(name: string): Promise<string | undefined> {
    return (await this.blob(name))?.text();
  }

  /** A JSON file; undefined if it does not exist. */
  async json(name: string): Promise<unknown> {
    const text = await this.text(name);
    return text === undefined ? undefined : parseJson(text, name);
  }

  async need(name: string): Promise<unknown> {
    return (await this.json(name)) ?? this.missing(name);
  }

  async open(name: string): Promise<ByteSource | null> {
    this.announce(name);
    const source = await this.folder.openFile(name, this.options.signal);
    if (source) this.opened.push(source);
    return source;
  }

  missing(name: string): never {
    throw new Error(
      `${named(name)}: is missing in ${named(this.folder.where)}. Check the name, and that it is a model in Hugging Face layout.`,
    );
  }

  private announce(name: string): void {
    this.options.signal?.throwIfAborted();
    this.options.onProgress?.(`reading ${name}`);
  }
}
