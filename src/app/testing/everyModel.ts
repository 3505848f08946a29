/** Worked examples on any model: finite numbers, or one plain sentence. Node only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loci } from '../../cli/testing/fakes';
import type { EngineRequest } from '../../cli/context';
import type { Engine, ModelInfo } from '../../engine/api';
import { parseDocument } from '../../results/parse';
import type { ResultDocument } from '../../results/document';
import { readLink } from '../../share/link';
import { exampleLink, examples } from '../examples';
import images from '../examples/images.json';
import studies from '../examples/studies.json';
import { draftOf } from '../question';
import { TRACE } from '../stores/draft';
import { textOf } from '../subject';

type Question = Readonly<Record<string, unknown>>;

/** A worked trace, as files and flags ask. */
export interface AskedTrace extends Question {
  readonly prompt: string;
}

const SENTENCE = /^[^\n]{20,500}\.$/;
const FOREIGN =
  /undefined|\bnull\b|\bNaN\b|TypeError|is not a function|Cannot read|internal:|cases\[0\]|run '|hook_embed'/;

/** The worked traces as questions, with few draws. */
export async function workedTraces(): Promise<AskedTrace[]> {
  const documents = await Promise.all(
    examples.map(async (_, i) => (await readLink(await exampleLink(i))).document),
  );
  const traces = documents
    .filter(({ kind }) => kind === TRACE)
    .map((document): AskedTrace => {
      const { prompt, subject, answer, distractor } = draftOf(document);
      const pair = distractor === '' ? { answer } : { answer, distractor };
      return { prompt, subject: textOf(prompt, subject!), ...pair, samples: 2, kinds: ['hidden'] };
    });
  expect(traces.length).toBeGreaterThan(3);
  expect(traces.length + workedStudies.length + images.length).toBe(examples.length);
  return traces;
}

/** A graph without its tests, and with one edge if it would measure all. */
const QUICK_GRAPH = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };
export const ONE_EDGE = { method: 'chosen', edges: ['m0->logits'] };

/** The worked studies as the page asks them, with fewer prompts. Real models' traces are no studies. */
export const workedStudies = studies
  .map(({ spec: { model: _, ...spec } }): Question => spec)
  .filter(({ kind }) => kind !== TRACE)
  .map(
    ({ set, ...spec }): Question => ({
      ...spec,
      ...(set !== undefined && { set: { ...set, take: 4 }, heldOut: 1, onMisaligned: 'skip' }),
      ...(spec.kind === 'graph' && QUICK_GRAPH),
      ...(spec.method === 'exhaustive' && ONE_EDGE),
    }),
  );

/** The words of all worked examples. */
export const workedWords = (traces: readonly AskedTrace[]): readonly string[] =>
  JSON.stringify([...traces, ...studies.map(({ spec }) => spec)]).match(/[\p{L}]+/gu)!;

/** The trace's prompt, with an encoder's mask. */
export const asTyped = ({ prompt }: AskedTrace, { spec, maskToken }: ModelInfo): string =>
  spec.head === 'mlm' ? `${prompt} ${maskToken!.text}` : prompt;

/** Text of a shipped task set. */
export const readSet = async (name: string): Promise<string> =>
  readFileSync(join(import.meta.dirname, `../../../public/sets/${name}.json`), 'utf8');

/** A finding of this model, or one plain sentence. */
export async function ask(engine: Engine, info: ModelInfo, question: Question): Promise<'finding' | string> {
  try {
    const spec = await engine.resolve(question);
    const document = await engine.run('every', spec);
    const written: unknown = JSON.parse(JSON.stringify(document));
    expect(parseDocument(structuredClone(written))).toEqual(written);
    expectFinite(document);
    expect(document.model).toMatchObject({ id: info.id, sha256: info.sha256 });
    if (document.kind === TRACE) {
      expect(document.tokens).toHaveLength((spec.tokens as unknown[]).length);
      expect(document.answer!.id).toBe((spec.answer as { id: number }).id);
      const { value, measuredOn } = info.sigma!;
      const { corruption } = document.spec as { corruption: { sigma: number; measuredOn?: object } };
      expect(corruption.sigma).toBe(value);
      expect(corruption.measuredOn).toEqual(measuredOn);
    }
    return 'finding';
  } catch (error) {
    return expectSentence(error);
  }
}

/** Null if the model can answer; else the reason in one plain sentence. */
export async function expectResolved(engine: Engine, question: Question): Promise<string | null> {
  return engine.resolve(question).then(() => null, expectSentence);
}

function expectSentence(error: unknown): string {
  if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
  expect(error.message).toMatch(SENTENCE);
  expect(error.message).not.toMatch(FOREIGN);
  return error.message;
}

/** Every number of the document is finite. */
function expectFinite(document: ResultDocument): void {
  const look = (value: unknown, at: string): void => {
    if (typeof value === 'number') expect(Number.isFinite(value), at).toBe(true);
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}.${key}`);
  };
  look(document, 'document');
}

/** Every worked trace, then its bare prompt, where no word can be wrong. */
export async function expectTraces(
  engine: Engine,
  info: ModelInfo,
  traces: readonly AskedTrace[],
): Promise<void> {
  const hasHead = info.spec.head !== 'none';
  for (const trace of traces) {
    const prompt = asTyped(trace, info);
    const fits = (await engine.tokenize(prompt, info.bos)).length <= info.spec.nCtx;
    const told = await ask(engine, info, { ...trace, prompt });
    if (!hasHead) expect(told).toMatch(/no unembedding/);
    else if (!fits) expect(told).toMatch(/too long for this model/);
    else if (told !== 'finding') expect(told).toMatch(/distractor|answer/);
    const open = await ask(engine, info, { prompt, samples: trace.samples, kinds: ['hidden'] });
    if (hasHead && fits) expect(open).toBe('finding');
  }
}

/** `loci trace --model MODEL --prompt ...` reports its choices and succeeds, without flags. */
export async function expectTraced(
  model: string,
  openEngine: (request: EngineRequest) => Promise<Engine>,
): Promise<void> {
  const argv = ['trace', '--model', model, '--prompt', 'The capital of France is'];
  const { code, err, out } = await loci(argv, undefined, { openEngine });
  expect(err).toMatch(
    /^subject 'France', answer '.+' \(p (?:< )?[\d.]+ %\), distractor '.+'; chosen by Loci\n/m,
  );
  expect(err).toMatch(/noise of 3 sigma = [\d.e-]+, measured on 200 names\n$/);
  expect(code, err).toBe(0);
  expect(out).not.toMatch(/NaN|undefined|Infinity/);
}
