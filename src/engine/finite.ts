/**
 * Keeps NaN and infinity inside the engine: checks every run's metric, captures and gradients at
 * readback. A failure becomes one sentence that names the first such site, and the weight or edit
 * responsible.
 */
import { abortError } from '../forward/request/abort';
import type { Decoding, DecodingRequest } from '../forward/request/decoding';
import { allResultIds, expandSamples } from '../forward/request/samples';
import type { Run } from '../forward/request/types';
import type { ForwardRequest, ForwardResult, RunResult } from '../forward/request/contract';
import { LOGITS } from '../model/siteKinds';
import type { ModelSpec } from '../model/spec';
import type { Backend, BackendOptions } from './backend';
import { writtenRun } from './writtenRun';
import { isFiniteTensor, whyGradientNotFinite, whyNotFinite } from './whyNotFinite';
import { append } from '../util/lists';

/**
 * A run's numbers are NaN or infinite. The question is valid; the model or its numbers do not allow
 * an answer.
 */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';
}

/** Aborts the current run; the reason is searched for afterwards. */
class Found extends Error {
  constructor(
    readonly id: string,
    readonly site: string,
    readonly what: 'value' | 'gradient',
  ) {
    super(`internal: the ${what} at ${site} of run '${id}' is not finite.`);
  }
}

/** The engine invents run names, so messages must not show them. Throws without one. */
function throwUnnamed(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const message = error.message.replace(/^run '[^']*': /, '');
  throw message === error.message ? error : new Error(message, { cause: error });
}

/** A backend with finite numbers or a NotFiniteError. Adds no dispatch and no readback. */
export class FiniteBackend implements Backend {
  constructor(
    private readonly inner: Backend,
    private readonly spec: ModelSpec,
  ) {}

  get weights(): Backend['weights'] {
    return this.inner.weights;
  }

  environment() {
    return this.inner.environment();
  }

  async estimate(request: ForwardRequest, signal?: AbortSignal) {
    return this.inner.estimate(request, signal).catch(throwUnnamed);
  }

  async forward(request: ForwardRequest, options: BackendOptions = {}): Promise<ForwardResult> {
    const open = new Set(allResultIds(request.runs));
    const check = (runs: Readonly<Record<string, RunResult>>): void => {
      for (const id of open) {
        const result = runs[id];
        if (!result) continue;
        const site = notFiniteSite(result);
        if (site !== null) throw new Found(id, site, 'value');
        const gradient = notFiniteGradient(result);
        if (gradient !== null) throw new Found(id, gradient, 'gradient');
        open.delete(id);
      }
    };
    const { onUnit } = options;
    const checking = onUnit && {
      onUnit: (unit: string, runs: Readonly<Record<string, RunResult>>) => {
        check(runs);
        onUnit(unit, runs);
      },
    };
    try {
      const result = await this.inner.forward(request, { ...options, ...checking });
      check(result.runs);
      return result;
    } catch (error) {
      if (!(error instanceof Found)) throwUnnamed(error);
      throw await this.explained(expandSamples(request.runs), error, options.signal);
    }
  }

  async prepare(request: ForwardRequest, signal?: AbortSignal): Promise<void> {
    await this.inner.prepare?.(request, signal).catch(throwUnnamed);
  }

  decoding(request: DecodingRequest): Decoding {
    const inner = this.inner.decoding(request);
    const written = request.sequences.map(({ prompt }) => [...prompt]);
    return {
      extend: async (added, options) => {
        for (const [s, tokens] of added.entries()) append(written[s]!, tokens);
        const logits = await inner.extend(added, options);
        const s = logits.findIndex((row) => row !== null && !isFiniteTensor(LOGITS, row));
        if (s < 0) return logits;
        const run = writtenRun(this.spec, request, s, written[s]!);
        throw await this.explained([run], new Found(run.id, LOGITS, 'value'), options?.signal);
      },
      close: () => inner.close(),
    };
  }

  loseDevice(): void {
    this.inner.loseDevice();
  }

  close(): void {
    this.inner.close();
  }

  private async explained(runs: readonly Run[], found: Found, signal?: AbortSignal): Promise<Error> {
    const forward = (request: ForwardRequest) => this.inner.forward(request, signal ? { signal } : {});
    const { spec } = this;
    const { notFinite } = this.weights;
    const why = found.what === 'value' ? whyNotFinite : whyGradientNotFinite;
    const sentence = await why({ spec, forward, notFinite, runs, ...found });
    return signal?.aborted ? abortError() : new NotFiniteError(sentence);
  }
}

/** A site of a run that is not finite; null if everything requested is finite. */
function notFiniteSite({ metric, captures }: RunResult): string | null {
  if (metric) {
    const { answer, distractor, max, logSumExp } = metric;
    if (![answer, distractor, max, logSumExp].every(Number.isFinite)) return LOGITS;
  }
  for (const [site, { data }] of Object.entries(captures)) if (!isFiniteTensor(site, data)) return site;
  return null;
}

/** The first site whose gradient is not finite; null if all are. */
function notFiniteGradient({ gradients = {} }: RunResult): string | null {
  const found = Object.entries(gradients).find(([, { data }]) => !data.every(Number.isFinite));
  return found ? found[0] : null;
}
