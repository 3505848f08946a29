/**
 * Executes forward requests: on a GPU that may be lost and recreated, or with the float64 reference
 * (`backends.ts`). Both share this interface, so callers need not know which it is.
 */
import type { Decoding, DecodingRequest } from '../forward/request/decoding';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../forward/request/contract';
import type { GpuWeights } from '../weights/upload';
import type { Environment } from './api';

export interface Backend {
  /** The weights' format, their bytes on the device, and the results of reading their files. */
  readonly weights: Pick<GpuWeights, 'format' | 'bytes' | 'sha256' | 'notFinite'>;
  environment(): Environment;
  forward(request: ForwardRequest, options?: BackendOptions): Promise<ForwardResult>;
  /** Plans a request while another one runs; `forward` must get the same object later. */
  prepare?(request: ForwardRequest, signal?: AbortSignal): Promise<void>;
  /** Sequences that grow token by token; a device lost meanwhile is recreated. */
  decoding(request: DecodingRequest): Decoding;
  /** Cost in advance. */
  estimate(request: ForwardRequest, signal?: AbortSignal): Promise<{ flops: number; seconds: number }>;
  loseDevice(): void;
  close(): void;
}

export interface BackendOptions extends ForwardOptions {
  /** Called when the device was lost; the request continues on a new one. */
  readonly onRecover?: (reason: string) => void;
}
