/** Continues the editor's prompt token by token, and stops. */
import { CANCELLED, type Sampling } from '../../engine/api';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import type { GenerationSettings, TokenStream } from '../stores/generation';

export function setGeneration(loci: Loci, change: Partial<GenerationSettings>): void {
  const { settings } = loci.generation.getState();
  loci.generation.setState({ settings: { ...settings, ...change } });
}

/** Generates from the current prompt; replaces earlier output. */
export async function generate(loci: Loci): Promise<void> {
  const { settings, stream: before } = loci.generation.getState();
  const { tokens: prompt } = loci.draft.getState();
  const { model } = loci.status.getState();
  if (!model || prompt.length === 0 || isGoing(before)) return;
  const id = loci.nextId('generation');
  const stream: TokenStream = { id, prompt, model: model.title, tokens: [], state: 'running' };
  loci.generation.setState({ stream, error: null });
  const update = (change: (now: TokenStream) => Partial<TokenStream>): void => {
    const { stream: now } = loci.generation.getState();
    if (now?.id === id) loci.generation.setState({ stream: { ...now, ...change(now) } });
  };
  const request = {
    tokens: prompt.map((token) => token.id),
    maxNew: settings.maxNew,
    sampling: samplingOf(settings),
  };
  try {
    const { sequences } = await loci.engine.generate(id, request, (token) =>
      // Drops tokens that arrive after the stop.
      update(({ tokens, state }) => (state === 'running' ? { tokens: [...tokens, token] } : {})),
    );
    const { tokens, stopped } = sequences[0]!;
    update(() => ({ tokens, state: stopped }));
  } catch (error) {
    const isCancelled = messageOf(error).includes(CANCELLED);
    update(() => ({ state: isCancelled ? 'stopped' : 'failed' }));
    if (!isCancelled && loci.generation.getState().stream?.id === id)
      loci.generation.setState({ error: messageOf(error) });
  }
}

/** Asks the engine to stop: takes at most one token, or restarts the engine. */
export async function stopGenerating(loci: Loci): Promise<void> {
  const { stream } = loci.generation.getState();
  if (stream?.state !== 'running') return;
  loci.generation.setState({ stream: { ...stream, state: 'stopping' } });
  await loci.engine.cancel(stream.id);
}

export function isGoing(stream: TokenStream | null): boolean {
  return stream?.state === 'running' || stream?.state === 'stopping';
}

function samplingOf({ choice, temperature, topK, topP, seed }: GenerationSettings): Sampling {
  if (choice === 'greedy') return 'greedy';
  return { temperature, topP, seed, ...(topK === null ? {} : { topK }) };
}
