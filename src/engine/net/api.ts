/**
 * The engine of nets that come as ONNX graphs: the words of the language models' engine (`../api.ts`)
 * for images. A run is an image with edits; all runs of a request are rows of batches in one session.
 */
import type { NetSpec } from '../../model/net';
import type { NetRun } from '../../model/netRun';
import type { Provider } from '../../onnx/runtime';
import type { Optimization } from '../../onnx/session';

export interface NetSource {
  /** The file's name, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Pixels along an edge, for graphs that take images of any size. */
  readonly edge?: number;
}

export interface NetInfo {
  readonly title: string;
  /** Hash of the file. */
  readonly sha256: string;
  readonly bytes: number;
  readonly spec: NetSpec;
  readonly environment: NetEnvironment;
}

export interface NetEnvironment {
  /** E.g. 'onnxruntime-web 1.30.0'. */
  readonly runtime: string;
  readonly provider: Provider;
  /** 'one thread', or the graphics card's vendor and architecture. */
  readonly device: string;
  /** onnxruntime's graphOptimizationLevel. */
  readonly optimization: Optimization;
}

export interface NetRequest {
  /** Each as the net takes it (`NetInput`), preprocessed. */
  readonly images: readonly Float32Array[];
  readonly runs: readonly NetRun[];
  /** For layer masking: 1 where the image is kept, 0 where it is removed, [H * W] each. */
  readonly masks?: readonly Uint8Array[];
  /** Sites to read, after edits; default: the answer. */
  readonly reads?: readonly string[];
  /** Whether runs may start behind the image, where all of them are still as in the base. Default true. */
  readonly restart?: boolean;
}

export interface NetTensor {
  /** [runs, ...] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface NetResults {
  readonly tensors: Readonly<Record<string, NetTensor>>;
  /** The site that runs started from; null: the image. */
  readonly from: string | null;
  readonly batches: number;
  readonly rowsPerBatch: number;
  readonly seconds: number;
}

export interface NetProgress {
  readonly type: 'progress';
  readonly fraction: number;
  readonly secondsLeft: number;
  readonly doing: string;
}

export interface NetVerification {
  readonly against: string;
  readonly bar: number;
  /** Largest |ours - theirs| of the answer over its largest value. */
  readonly relative: number;
}

/** What computes from now on, and how well it agrees. */
export interface NetMove {
  readonly environment: NetEnvironment;
  readonly verification: NetVerification;
}

export interface NetEngine {
  /** Opens a net in place of the current one, which stays if this fails. */
  open(source: NetSource): Promise<NetInfo>;
  /** Sites [images, ...] of images without edits. */
  capture(
    images: readonly Float32Array[],
    sites: readonly string[],
  ): Promise<Readonly<Record<string, NetTensor>>>;
  /** Rejects with CANCELLED when cancelled, with one sentence for an edit that does not fit. */
  run(runId: string, request: NetRequest, onProgress?: (event: NetProgress) => void): Promise<NetResults>;
  cancel(runId: string): Promise<void>;
  /**
   * Where what follows is computed; a net is opened on 'wasm'. 'webgpu' stays only if `verify(image)`
   * meets its bar there; else rejects with one sentence.
   */
  computeOn(provider: Provider, image: Float32Array): Promise<NetMove>;
  /** Compares the answer with that of the untouched file on 'wasm', in a session of its own, fused. */
  verify(image: Float32Array): Promise<NetVerification>;
  close(): Promise<void>;
}
