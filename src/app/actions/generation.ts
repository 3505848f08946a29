/** Continues the editor's prompt token by token, and stops. */
import { CANCELLED, type DecodingTables, type Sampling } from '../../engine/api';
import { sameJson } from '../../share/sameJson';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import type { GenerationSettings, TokenStream } from '../stores/generation';
import { currentFinding, type Finding } from '../stores/session';

export function setGeneration(loci: Loci, change: Partial<GenerationSettings>): void {
  const { settings } = loci.generation.getState();
  loci.generation.setState({ settings: { ...settings, ...change } });
}

/** Generates from the current prompt, then again with the edits; replaces earlier output. */
export async function generate(loci: Loci): Promise<void> {
  const { stream: before, edited } = loci.generation.getState();
  const { tokens: prompt } = loci.draft.getState();
  if (!loci.status.getState().model || prompt.length === 0 || isGoing(before) || isGoing(edited)) return;
  loci.generation.setState({ edited: null });
  await grow(loci, 'stream');
  const isWhole = ['eos', 'length'].includes(loci.generation.getState().stream?.state ?? '');
  const finding = currentFinding(loci.session.getState());
  const { changes, twin } = loci.edits.getState();
  if (!isWhole || !finding || changes.every(({ off }) => off) || !isPromptOf(loci, finding)) return;
  const { textTables } = await import('./editedText');
  await grow(loci, 'edited', () => textTables(loci, finding, { changes, twin }));
}

/** The edits are about the finding's prompt. */
function isPromptOf(loci: Loci, { document }: Finding): boolean {
  const { tokens } = loci.draft.getState();
  return sameJson(
    tokens.map(({ id }) => id),
    document.tokens.map(({ id }) => id),
  );
}

async function grow(
  loci: Loci,
  slot: 'stream' | 'edited',
  tablesOf?: () => Promise<DecodingTables>,
): Promise<void> {
  const { settings } = loci.generation.getState();
  const { tokens: prompt } = loci.draft.getState();
  const id = loci.nextId('generation');
  const model = loci.status.getState().model!.title;
  const stream: TokenStream = { id, prompt, model, tokens: [], state: 'running' };
  loci.generation.setState({ [slot]: stream, error: null });
  const update = (change: (now: TokenStream) => Partial<TokenStream>): void => {
    const now = loci.generation.getState()[slot];
    if (now?.id === id) loci.generation.setState({ [slot]: { ...now, ...change(now) } });
  };
  try {
    const request = {
      tokens: prompt.map((token) => token.id),
      maxNew: settings.maxNew,
      sampling: samplingOf(settings),
      ...(tablesOf && (await tablesOf())),
    };
    const { sequences } = await loci.engine.generate(id, request, (token) =>
      // Drops tokens that arrive after the stop.
      update(({ tokens, state }) => (state === 'running' ? { tokens: [...tokens, token] } : {})),
    );
    const { tokens, stopped } = sequences[0]!;
    update(() => ({ tokens, state: stopped }));
  } catch (error) {
    const isCancelled = messageOf(error).includes(CANCELLED);
    update(() => ({ state: isCancelled ? 'stopped' : 'failed' }));
    if (!isCancelled && loci.generation.getState()[slot]?.id === id)
      loci.generation.setState({ error: messageOf(error) });
  }
}

/** Asks the engine to stop: takes at most one token, or restarts the engine. */
export async function stopGenerating(loci: Loci): Promise<void> {
  const { stream, edited } = loci.generation.getState();
  const [slot, now] =
    edited?.state === 'running' ? (['edited', edited] as const) : (['stream', stream] as const);
  if (now?.state !== 'running') return;
  loci.generation.setState({ [slot]: { ...now, state: 'stopping' } });
  await loci.engine.cancel(now.id);
}

export function isGoing(stream: TokenStream | null): boolean {
  return stream?.state === 'running' || stream?.state === 'stopping';
}

function samplingOf({ choice, temperature, topK, topP, seed }: GenerationSettings): Sampling {
  if (choice === 'greedy') return 'greedy';
  return { temperature, topP, seed, ...(topK === null ? {} : { topK }) };
}
