/**
 * What executes forward requests: a GPU that may be lost and made again, or the float64 reference (`backends.ts`). Both
 * have the same form, so that nothing above knows which it is.
 */
import type { Decoding, DecodingRequest } from '../forward/request/decoding';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../forward/request/contract';
import type { GpuWeights } from '../weights/upload';
import type { Environment } from './api';

export interface Backend {
  /** How the weights are kept, their bytes on the device, and what reading their files found out. */
  readonly weights: Pick<GpuWeights, 'format' | 'bytes' | 'sha256' | 'notFinite'>;
  environment(): Environment;
  forward(request: ForwardRequest, options?: BackendOptions): Promise<ForwardResult>;
  /** Plans a request that `forward` will be asked for, the same object, while another one runs. */
  prepare?(request: ForwardRequest, signal?: AbortSignal): Promise<void>;
  /** Sequences that grow token by token; a device that is lost on the way is made again. */
  decoding(request: DecodingRequest): Decoding;
  /** Cost before it is spent. */
  estimate(request: ForwardRequest, signal?: AbortSignal): Promise<{ flops: number; seconds: number }>;
  loseDevice(): void;
  close(): void;
}

export interface BackendOptions extends ForwardOptions {
  /** The device was lost; the request goes on with a new one. */
  readonly onRecover?: (reason: string) => void;
}
