/** What the page's thread of nets offers: one open net, its pictures and its questions. */
import type { NetQuestion } from '../../experiments/net/experiment';
import type { ModelSource } from '../../load/source';
import type { NetSpec } from '../../model/net';
import type { NetEdit } from '../../model/netRun';
import type { Pixels, Preprocessing } from '../../model/picture';
import type { Provider } from '../../onnx/runtime';
import type { ResultDocument } from '../../results/document';
import type { EngineEvent } from '../api';
import type { NetEnvironment, NetMove, NetTensor, NetVerification } from './api';

export interface NetOpen {
  readonly title: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly model: NetQuestion['model'];
  readonly spec: NetSpec;
  readonly environment: NetEnvironment;
  readonly preprocessing: Preprocessing | null;
  /** Number of classes; null: the answer is none of them. */
  readonly classes: number | null;
  readonly labels: readonly string[] | null;
  readonly notes: readonly string[];
}

/** A picture, as the net sees it and as it takes it. */
export interface NetPicture {
  readonly name: string;
  /** Of the file. */
  readonly sha256: string;
  readonly seen: Pixels;
  readonly data: Float32Array;
}

export interface NetService {
  /** Opens a net in place of the current one, which stays if this fails. Bytes loaded, and of how many. */
  open(source: ModelSource, onProgress?: (loaded: number, total: number) => void): Promise<NetOpen>;
  /** A file that ships with a built-in net. */
  beside(id: string, name: string): Promise<Blob>;
  /** `pixels`: of a file that only a browser can read. Rejects with one sentence. */
  picture(name: string, bytes: Uint8Array, pixels?: Pixels): Promise<NetPicture>;
  /** A site, default the answer, of an input: as it is, and with these edits. [2, ...] */
  edited(input: Float32Array, edits: readonly NetEdit[], site?: string): Promise<NetTensor>;
  /** Asks a question as typed, about these pictures. */
  ask(
    runId: string,
    question: Readonly<Record<string, unknown>>,
    pictures: readonly Omit<NetPicture, 'seen'>[],
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  cancel(runId: string): Promise<void>;
  /** As the engine's. Rejects while a question is answered: all of its numbers come from one place. */
  computeOn(provider: Provider, input: Float32Array): Promise<NetMove>;
  verify(input: Float32Array): Promise<NetVerification>;
}
